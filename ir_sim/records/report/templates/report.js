"use strict";
// Everything can be read without this: it only picks one person out, and sorts tables.
(function () {
  const curves = JSON.parse(document.getElementById("curves-data").textContent);
  const who = document.getElementById("who");
  const picked = document.getElementById("picked");
  document.querySelector(".pick").hidden = false;

  function pick() {
    const person = who.value;
    document.querySelectorAll("[data-p]").forEach((row) => {
      row.classList.toggle("away", person !== "" && row.dataset.p !== person);
    });
    const mine = new Map(curves.filter((c) => String(c[0]) === person).map((c) => [c[1], c[2]]));
    charts.pick(person, person === "" ? "" : who.selectedOptions[0].text, person === "" ? new Map() : mine);
    document.querySelectorAll("article.series").forEach((article) => {
      article.classList.toggle("away", person !== "" && !mine.has(Number(article.dataset.s)));
    });
    picked.textContent = person === "" ? "" :
      who.selectedOptions[0].text + " is the thick orange line; learning curves, tables and runs show this person, other charts everyone.";
    location.hash = person === "" ? "" : "person=" + encodeURIComponent(who.selectedOptions[0].text);
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
