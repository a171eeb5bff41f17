// Each cell of a list says which column it stands in: on a phone a row is a card, without heads.
// The roles say again what a table is, which its cards' `display` takes from it.
addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("#result_list");
  if (!table) return;
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  table.setAttribute("role", "table");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    [...row.cells].forEach((cell, number) => {
      cell.setAttribute("role", cell.closest("thead") ? "columnheader" : cell.tagName === "TH" ? "rowheader" : "cell");
      if (!cell.closest("thead")) cell.dataset.label = heads[number] ?? "";
    });
  }
  table.querySelectorAll("thead, tbody").forEach((part) => part.setAttribute("role", "rowgroup"));
});
