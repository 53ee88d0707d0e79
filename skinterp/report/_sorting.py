"""Tables of pages sorted by a click at a title: one inline script, without which all is read too.

The script puts a button into each title of a table of two rows or more. A click, or the enter key,
sorts by that column: rising, falling, and back to the order of the page, as ``aria-sort`` says. A
column of which every cell begins with a number (behind it a unit, a deviation, a percent sign) is
sorted by these, others as texts; empty cells, "-" and nan stand last in any case.
"""

SCRIPT = r"""<script>
(() => {
  const NUMBER = /^(?:more than |less than |[<>~≤≥≈] ?|R² )*([-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+−]?\d+)?|[-+−]?inf)(?![\w])/i;
  const MISSING = /^(?:-|–|nan\b.*|)$/;
  const shown = cell => (cell ? cell.textContent.trim() : "");
  const number = text => {
    const found = NUMBER.exec(text);
    if (!found) return NaN;
    const plain = found[1].replace(/−/g, "-").replace(/,/g, "");
    return /inf/i.test(plain) ? (plain[0] === "-" ? -Infinity : Infinity) : parseFloat(plain);
  };
  const compared = (rows, column, isText) => {
    const texts = new Map(rows.map(row => [row, shown(row.cells[column])]));
    const known = [...texts.values()].filter(text => !MISSING.test(text));
    const byNumber = !isText && known.every(text => !Number.isNaN(number(text)));
    const order = (a, b) => byNumber ? number(a) - number(b) || 0
      : a.localeCompare(b, undefined, {numeric: true});
    return sign => (first, second) => {
      const [a, b] = [texts.get(first), texts.get(second)];
      const gaps = MISSING.test(a) - MISSING.test(b);
      return gaps || (MISSING.test(a) ? 0 : sign * order(a, b));
    };
  };
  const sortable = table => {
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    if (table.dataset.sortable || rows.length < 2) return;
    table.dataset.sortable = "yes";
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "sort by this column";
      button.append(...head.childNodes);
      head.append(button);
      const isText = head.matches(".text, .formula");
      button.addEventListener("click", () => {
        const next = {ascending: "descending", descending: ""}[head.ariaSort] ?? "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        if (next) head.setAttribute("aria-sort", next);
        const sign = next === "descending" ? -1 : 1;
        body.append(...(next ? [...rows].sort(compared(rows, column, isText)(sign)) : rows));
      });
    });
  };
  document.querySelectorAll(".skinterp table").forEach(sortable);
})();
</script>"""  # noqa: E501
