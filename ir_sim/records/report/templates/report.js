"use strict";
// Everything can be read without this: it only picks one person out, and sorts tables.
(function () {
  const curves = JSON.parse(document.getElementById("curves-data").textContent);
  const who = document.getElementById("who");
  const picked = document.getElementById("picked");
  document.querySelector(".pick").hidden = false;

  function draw(svg, values) {
    const mine = svg.querySelector(".mine");
    mine.textContent = "";
    if (!values) return;
    const d = svg.dataset;
    const point = (v, k) => [Number(d.x0) + k * Number(d.dx), Number(d.y0) + v * Number(d.dy)];
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("points", values.map((v, k) => point(v, k).join(",")).join(" "));
    mine.append(line);
    values.forEach((v, k) => {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      const [x, y] = point(v, k);
      dot.setAttribute("cx", x); dot.setAttribute("cy", y); dot.setAttribute("r", 3);
      dot.setAttribute("fill", "#D55E00");
      mine.append(dot);
    });
  }

  function pick() {
    const person = who.value;
    document.querySelectorAll("[data-p]").forEach((row) => {
      row.classList.toggle("away", person !== "" && row.dataset.p !== person);
    });
    const mine = new Map(curves.filter((c) => String(c[0]) === person).map((c) => [c[1], c[2]]));
    document.querySelectorAll("svg[data-series]").forEach((svg) => {
      draw(svg, person === "" ? null : mine.get(Number(svg.dataset.series)));
    });
    document.querySelectorAll("article.series").forEach((article) => {
      article.classList.toggle("away", person !== "" && !mine.has(Number(article.dataset.s)));
    });
    picked.textContent = person === "" ? "" :
      who.selectedOptions[0].text + " is the thick orange line; learning curves, tables and runs show this person, other charts everyone.";
    location.hash = person === "" ? "" : "person=" + encodeURIComponent(who.selectedOptions[0].text);
  }
  who.addEventListener("change", pick);

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
})();
