"use strict";
// Draws the charts with Bokeh from the numbers beside them, each when it comes near the window and
// the rest while the browser is idle. Colours: Okabe & Ito 2008, and never told apart by colour alone.
const charts = (function () {
  const [BLACK, ORANGE, SKY, GREEN, BLUE, RED, PURPLE] =
    ["#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"];
  const GROUPS = [
    [GREEN, "6 3", "square"], [PURPLE, "2 3", "triangle"], [ORANGE, "8 3 2 3", "diamond"],
    [SKY, "4 2", "inverted_triangle"], ["#666666", "1 2", "hex"],
  ];
  const WEIGHTS = { 1: "#BBBBBB", 2: SKY, 3: ORANGE, 4: RED, 5: "#7A1F00" };
  const ROW = 25;
  const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  const drawn = [];   // what draws the picked person again, of each chart
  const people = document.getElementById("who").options;   // the first is everyone
  let chosen = { person: "", name: "", curves: new Map() };

  const source = (data) => new Bokeh.ColumnDataSource({ data });
  const count = (list) => list.map((_, k) => k);

  function paper(element, options) {
    const figure = Bokeh.Plotting.figure({
      width: Math.max(300, Math.min(options.width, element.parentElement.clientWidth || options.width)),
      height: options.height,
      tools: "pan,wheel_zoom,box_zoom,reset,save",
      output_backend: "svg",
      toolbar_location: "above",
      min_border_right: 14,
      outline_line_color: null,
      border_fill_color: null,
      ...options.ranges,
      x_axis_label: options.x, y_axis_label: options.y,
    });
    figure.toolbar.logo = null;
    figure.toolbar.autohide = true;
    for (const axis of figure.axes) {
      axis.axis_label_text_font = FONT;
      axis.axis_label_text_font_style = "normal";
      axis.axis_label_text_font_size = "12px";
      axis.axis_label_text_color = "#1a1a1a";
      axis.axis_label_standoff = 4;
      axis.major_label_text_font = FONT;
      axis.major_label_text_font_size = "11px";
      axis.major_label_text_color = "#333333";
      axis.axis_line_color = "#666666";
      axis.major_tick_line_color = "#666666";
      axis.major_tick_in = 0;
      axis.minor_tick_line_color = null;
    }
    for (const grid of figure.xgrids) grid.grid_line_color = null;
    for (const grid of figure.ygrids) grid.grid_line_color = "#e3e3e3";
    return figure;
  }

  function hover(figure, renderers, tooltips, mode = "mouse") {
    figure.add_tools(new Bokeh.HoverTool({ renderers, tooltips, mode }));
  }

  function words(figure, x, y, text, align, baseline = "bottom") {
    figure.text({ field: "x" }, { field: "y" }, { field: "text" }, {
      source: source({ x, y, text }), text_font: FONT, text_font_size: "11px",
      text_color: "#444444", text_align: align, text_baseline: baseline,
    });
  }

  // How many people there are, along the bottom, where there is room.
  function sizes(figure, x, people, y, span) {
    const at = { x: [], y: [], text: [] };
    let free = -Infinity;
    x.forEach((place, k) => {
      if (place < free || place > span * 0.9) return;
      at.x.push(place); at.y.push(y); at.text.push("n=" + people[k]);
      free = place + span * 0.17;
    });
    if (at.x.length) words(figure, at.x, at.y, at.text, "left");
  }

  function legend(figure, items) {
    const entries = items.map(([label, renderers]) => new Bokeh.LegendItem({ label, renderers }));
    figure.add_layout(new Bokeh.Legend({
      items: entries, location: "bottom_left", orientation: "horizontal", click_policy: "hide", ncols: 3,
      label_text_font: FONT, label_text_font_size: "11px", border_line_color: null,
      padding: 0, margin: 4, spacing: 6, glyph_width: 28, background_fill_alpha: 0,
    }), "below");
  }

  const kinds = {
    practice(element, d) {
      const left = d.start.map((day) => Date.parse(day)), right = d.end.map((day) => Date.parse(day));
      const top = d.finished.map((n, k) => n + d.interrupted[k]);
      const most = Math.max(1, ...top) * 1.06;
      const figure = paper(element, {
        width: 1190, height: 240, x: d.unit + " beginning", y: "runs",
        ranges: { x_range: [left[0], right[right.length - 1]], y_range: [0, most], x_axis_type: "datetime" },
      });
      const gap = (right[0] - left[0]) * 0.08;
      const s = source({
        left: left.map((v) => v + gap), right: right.map((v) => v - gap), zero: top.map(() => 0),
        finished: d.finished, interrupted: d.interrupted, top, day: d.start,
      });
      const rim = { source: s, line_color: "white", line_width: 0.5 };
      const whole = figure.quad({ field: "left" }, { field: "right" }, { field: "zero" }, { field: "finished" },
        { ...rim, fill_color: BLUE });
      const cut = figure.quad({ field: "left" }, { field: "right" }, { field: "finished" }, { field: "top" },
        { ...rim, fill_color: ORANGE, hatch_pattern: "right_diagonal_line", hatch_color: "#7a4f00", hatch_scale: 6 });
      hover(figure, [whole, cut], [[d.unit, "@day"], ["finished", "@finished{0,0}"], ["interrupted", "@interrupted{0,0}"]], "vline");
      legend(figure, [["finished", [whole]], ["interrupted (hatched)", [cut]]]);
      return { figure };
    },

    learning(element, d) {
      const last = d.names.length - 1;
      const figure = paper(element, {
        width: 384, height: 300, x: "attempt", y: "score (0–100)",
        ranges: { x_range: [-0.3, last + 0.5], y_range: [0, 100] },
      });
      const wanted = ["1", "5", "10", "15", "20"];
      const ticks = count(d.names).filter((k) => wanted.includes(d.names[k]) || (k > 20 && k % 3 === 1));
      figure.xaxis.ticker = new Bokeh.FixedTicker({ ticks: last < 8 ? count(d.names) : ticks });
      figure.xaxis.major_label_overrides = new Map(d.names.map((n, k) => [k, k < 20 ? n : n.replace(/–.*/, "+")]));
      const items = [];
      const s = source({ ...d, names: d.x.map((k) => d.names[k]), lines: d.x, cohorts: d.x, series: d.x });
      if (d.x.length > 1) {
        items.push(["middle half", [figure.varea({ field: "x" }, { field: "low" }, { field: "high" },
          { source: s, fill_color: SKY, fill_alpha: 0.35 })]]);
      }
      if (d.lines.length) {
        const thin = figure.multi_line({ field: "xs" }, { field: "ys" }, {
          source: source({ xs: d.lines.map((line) => count(line.y)), ys: d.lines.map((line) => line.y),
            name: d.lines.map((line) => people[line.who + 1].text) }),
          line_color: BLACK, line_alpha: d.lines.length > 3 ? 0.2 : 0.8, line_width: 1,
        });
        hover(figure, [thin], [["person", "@name"], ["score", "$snap_y{0}"]]);
        items.push(["single people", [thin]]);
      }
      if (d.x.length) {
        const line = figure.line({ field: "x" }, { field: "middle" }, { source: s, line_color: BLUE, line_width: 2.5 });
        const dots = figure.scatter({ field: "x" }, { field: "middle" }, { source: s, size: 5, fill_color: BLUE, line_color: null });
        items.push(["median", [line, dots]]);
        hover(figure, [line], [["attempt", "@names"], ["people", "@people"], ["median", "@middle{0.0}"],
          ["middle half", "@low{0.0} – @high{0.0}"]], "vline");
      }
      d.cohorts.forEach((cohort, k) => {
        if (!cohort.x.length) return;
        const [colour, dash, marker] = GROUPS[k % GROUPS.length];
        const c = source({ x: cohort.x, middle: cohort.middle, people: cohort.people, names: cohort.x.map((i) => d.names[i]) });
        const line = figure.line({ field: "x" }, { field: "middle" }, { source: c, line_color: colour, line_width: 1.8, line_dash: dash });
        const marks = figure.scatter({ field: "x" }, { field: "middle" },
          { source: c, size: 5, marker, fill_color: "white", line_color: colour });
        items.push([cohort.name, [line, marks]]);
        hover(figure, [line], [["cohort", cohort.name], ["attempt", "@names"], ["people", "@people"], ["median", "@middle{0.0}"]]);
      });
      sizes(figure, d.x, d.people, 1, last + 1);
      const mine = source({ x: [], y: [], names: [] });
      figure.line({ field: "x" }, { field: "y" }, { source: mine, line_color: RED, line_width: 3.5 });
      const dots = figure.scatter({ field: "x" }, { field: "y" }, { source: mine, size: 7, fill_color: RED, line_color: "white" });
      hover(figure, [dots], [["", "@who"], ["attempt", "@names"], ["score", "@y"]]);
      if (items.length) legend(figure, items);
      function pick() {
        const y = chosen.curves.get(d.series) || [];
        const name = (k) => d.names[Math.min(k, last)];
        mine.data = { x: count(y), y, names: y.map((_, k) => name(k)), who: y.map(() => chosen.name) };
        figure.x_range.end = Math.max(last, y.length - 1) + 0.5;
      }
      return { figure, pick };
    },

    first(element, d) {
      const last = Math.max(2, d.x[d.x.length - 1]);
      const figure = paper(element, {
        width: 384, height: 300, x: "attempt", y: "passed by then (%)",
        ranges: { x_range: [0, last * 1.03], y_range: [0, 102] },
      });
      const s = source({ x: d.x, y: d.y, people: d.people });
      figure.xaxis.ticker = new Bokeh.BasicTicker({ mantissas: [1, 2, 5], min_interval: 1, num_minor_ticks: 0 });
      const end = source({ x: [d.x[d.x.length - 1], last * 1.03], y: [d.y[d.y.length - 1], d.y[d.y.length - 1]] });
      figure.step({ field: "x" }, { field: "y" }, "after", { source: s, line_color: BLUE, line_width: 2.5 });
      figure.line({ field: "x" }, { field: "y" }, { source: end, line_color: BLUE, line_width: 2.5 });
      figure.scatter({ field: "x" }, { field: "y" }, { source: s, size: 4, fill_color: BLUE, line_color: null });
      // A line that nobody sees, because steps do not answer to the pointer.
      const felt = figure.line({ field: "x" }, { field: "y" }, { source: s, line_alpha: 0 });
      hover(figure, [felt], [["attempt", "@x"], ["passed by then", "@y{0.0} %"], ["still counted", "@people"]], "vline");
      sizes(figure, d.x.slice(1), d.people.slice(1), 1, last);
      return { figure };
    },

    cusum(element, d) {
      const longest = Math.max(1, ...d.s.map((path) => path.length));
      const top = Math.max(d.limit * 1.25, ...d.s.map((path) => Math.max(...path)));
      const figure = paper(element, {
        width: 384, height: 300, x: "run", y: "S",
        ranges: { x_range: [0, longest * 1.03], y_range: [0, Math.min(top, d.limit * 3) * 1.03] },
      });
      figure.xaxis.ticker = new Bokeh.BasicTicker({ mantissas: [1, 2, 5], min_interval: 1, num_minor_ticks: 0 });
      const groups = [[true, GREEN, "solid", "reached"], [false, RED, "4 2", "not yet"]];
      const items = [], sources = [];
      for (const [reached, colour, dash, label] of groups) {
        const some = count(d.names).filter((k) => d.reached[k] === reached);
        if (!some.length) continue;
        const ys = some.map((k) => [0, ...d.s[k]]);
        const s = source({
          xs: ys.map(count), ys, name: some.map((k) => d.names[k]), who: some.map((k) => String(d.who[k])),
          width: some.map(() => 1.3), alpha: some.map(() => 0.65),
        });
        const lines = figure.multi_line({ field: "xs" }, { field: "ys" }, { source: s, line_color: colour,
          line_dash: dash, line_width: { field: "width" }, line_alpha: { field: "alpha" } });
        hover(figure, [lines], [["person", "@name"], ["run", "$snap_x{0}"], ["S", "$snap_y{0.00}"]]);
        items.push([label, [lines]]);
        sources.push(s);
      }
      const rule = figure.line([0, longest * 2], [d.limit, d.limit], { line_color: BLACK, line_width: 1.5, line_dash: "8 3" });
      legend(figure, [...items, ["limit " + d.limit.toFixed(2), [rule]]]);
      function pick() {
        for (const s of sources) {
          const who = s.data.who;
          s.data = { ...s.data,
            width: who.map((k) => (k === chosen.person ? 4 : 1.3)),
            alpha: who.map((k) => (chosen.person === "" ? 0.65 : k === chosen.person ? 1 : 0.25)) };
        }
      }
      return { figure, pick };
    },

    errors(element, d) {
      const figure = rows(element, d, 860, { x_range: [0, Math.max(1e-9, ...d.high) * 1.06] },
        "runs with this error, in 100 (95 % interval)");
      const s = source({ names: d.names, value: d.value, low: d.low, high: d.high, colour: d.weight.map((w) => WEIGHTS[w]) });
      const bars = figure.hbar({ field: "names" }, 0.6, { field: "value" }, 0,
        { source: s, fill_color: { field: "colour" }, line_color: "#444444", line_width: 0.5 });
      whiskers(figure, s, "white", 4);
      whiskers(figure, s, BLACK, 1.5);
      hover(figure, [bars], [["", "@names"], ["in 100 runs", "@value{0.00}"], ["95 % interval", "@low{0.00} – @high{0.00}"]]);
      return { figure };
    },

    ratio(element, d) {
      const values = [...d.low, ...d.middle, ...d.high].filter((v) => v > 0);
      const figure = rows(element, d, 590, {
        x_range: [Math.min(0.5, ...values) / 1.2, Math.max(2, ...values) * 1.2], x_axis_type: "log",
      }, "× reference (logarithmic); bar = middle half of the runs");
      figure.xaxis.ticker = new Bokeh.FixedTicker({ ticks: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50] });
      figure.xaxis.formatter = new Bokeh.PrintfTickFormatter({ format: "%g" });
      figure.add_layout(new Bokeh.Span({ location: 1, dimension: "height", line_color: BLACK, line_dash: [5, 3] }));
      const s = source({ names: d.names, value: d.middle, low: d.low, high: d.high,
        colour: d.middle.map((v) => (v > 1 ? ORANGE : BLUE)), marker: d.middle.map((v) => (v > 1 ? "triangle" : "circle")) });
      whiskers(figure, s, { field: "colour" }, 6);
      const dots = figure.scatter({ field: "value" }, { field: "names" },
        { source: s, marker: { field: "marker" }, size: 8, fill_color: BLACK, line_color: "white" });
      hover(figure, [dots], [["", "@names"], ["median", "@value{0.00} × reference"], ["middle half", "@low{0.00} – @high{0.00}"]]);
      return { figure };
    },

    interval(element, d) {
      const figure = rows(element, d, 590, { x_range: [0, d.top] }, d.label);
      const colours = d.names.map((_, k) => [BLUE, ...GROUPS.map((g) => g[0])][k % 6]);
      const markers = d.names.map((_, k) => ["circle", ...GROUPS.map((g) => g[2])][k % 6]);
      const s = source({ names: d.names, value: d.value, low: d.low, high: d.high, colour: colours, marker: markers });
      whiskers(figure, s, { field: "colour" }, 3);
      const dots = figure.scatter({ field: "value" }, { field: "names" },
        { source: s, size: 10, marker: { field: "marker" }, fill_color: { field: "colour" }, line_color: "white" });
      hover(figure, [dots], [["", "@names"], ["mean", "@value{0.0}"], ["95 % interval", "@low{0.0} – @high{0.0}"]]);
      return { figure };
    },
  };

  function rows(element, d, width, ranges, label) {
    const figure = paper(element, {
      width, height: ROW * Math.max(d.names.length, 1) + 84, x: label, y: null,
      ranges: { y_range: [...d.names].reverse(), ...ranges },
    });
    for (const grid of figure.xgrids) grid.grid_line_color = "#e3e3e3";
    for (const grid of figure.ygrids) grid.grid_line_color = null;
    return figure;
  }

  function whiskers(figure, s, colour, width) {
    figure.segment({ field: "low" }, { field: "names" }, { field: "high" }, { field: "names" },
      { source: s, line_color: colour, line_width: width });
  }

  const waiting = new Set(document.querySelectorAll(".chart"));
  async function draw(element) {
    if (!waiting.delete(element)) return;
    try {
      const data = JSON.parse(element.nextElementSibling.textContent);
      const made = kinds[element.dataset.kind](element, data);
      if (made.pick) { made.pick(); drawn.push(made.pick); }
      const view = await Bokeh.Plotting.show(made.figure, element);
      // Bokeh measures a legend before it is styled and may leave the chart no height.
      if (view.frame.bbox.height < 60) view.invalidate_layout();
    } catch (error) {
      element.textContent = "This browser cannot draw the chart; its numbers are below.";
      console.error(error);
    }
  }
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "600px" });
  for (const element of waiting) seen.observe(element);
  async function all() {
    for (const element of [...waiting]) await draw(element);
    document.body.dataset.drawn = "all";
  }
  const idle = window.requestIdleCallback || ((f) => setTimeout(f, 50));
  async function rest() {
    const next = [...waiting][0];
    if (next === undefined) { document.body.dataset.drawn = "all"; return; }
    await draw(next);
    idle(rest);
  }
  idle(rest);

  return {
    all,
    pick(person, name, curves) {
      chosen = { person, name, curves };
      for (const again of drawn) again();
    },
  };
})();
