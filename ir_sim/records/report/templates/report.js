"use strict";
// Everything can be read without this: it only picks one person out, and sorts tables.
(function () {
  // Curves of everybody, and lines of the table of progress that are not written out: [place, cells].
  const packed = (async () => {
    const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  })();
  const who = document.getElementById("who");
  const picked = document.getElementById("picked");
  document.querySelector(".pick").hidden = false;

  async function pick() {
    const person = who.value, name = person === "" ? "" : who.selectedOptions[0].text;
    document.querySelectorAll("tr.more").forEach((row) => row.remove());
    document.querySelectorAll("[data-p]").forEach((row) => {
      row.classList.toggle("away", person !== "" && row.dataset.p !== person);
    });
    picked.textContent = person === "" ? "" :
      name + " is the thick orange line; learning curves, tables and runs show this person, other charts everyone.";
    history.replaceState(null, "", person === "" ? "#" : "#person=" + encodeURIComponent(name));
    const { curves, lines } = await packed;
    if (who.value !== person) return;
    const mine = new Map(curves.filter((c) => String(c[0]) === person).map((c) => [c[1], c[2]]));
    charts.pick(person, name, mine);
    document.querySelectorAll("article.series").forEach((article) => {
      article.classList.toggle("away", person !== "" && !mine.has(Number(article.dataset.s)));
    });
    const body = document.querySelector("table.progress").tBodies[0];
    for (const [place, cells] of person === "" ? [] : lines) {
      if (String(place) !== person) continue;
      const row = body.insertRow();
      row.className = "more";
      cells.forEach((text, k) => {
        const cell = document.createElement(k === 0 ? "th" : "td");
        if (k === 0) cell.scope = "row";
        cell.textContent = text;
        row.append(cell);
      });
    }
    document.body.dataset.picked = name;
  }
  who.addEventListener("change", pick);

  document.getElementById("print").addEventListener("click", async () => {
    document.body.dataset.drawn = "now";
    await charts.all();
    window.print();
  });

  const wanted = /#person=(.+)/.exec(location.hash);
  if (wanted) {
    const name = decodeURIComponent(wanted[1]);
    const option = [...who.options].find((o) => o.text === name);
    if (option) { who.value = option.value; pick(); }
  }

  const number = (cell) => parseFloat(cell.textContent.replace(/,/g, "").replace("–", "-1"));
  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.querySelectorAll("thead th")];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const numeric = head.classList.contains("n");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => {
          const [x, y] = [a.cells[column], b.cells[column]];
          const order = numeric ? number(x) - number(y) : x.textContent.localeCompare(y.textContent);
          return up ? order : -order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  });

  // A link to a run, such as report.html#run-…, opens it.
  function openRun() {
    const run = location.hash.startsWith("#run-") && document.getElementById(location.hash.slice(1));
    if (run) { run.open = true; run.scrollIntoView(); }
  }
  window.addEventListener("hashchange", openRun);
  openRun();
})();
