/**
 * The only script of a report: tables that are sorted by their heads, a button that copies a command, folded parts opened for print.
 * Without it everything can still be read.
 */
export const SCRIPT = `
'use strict';
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    if (head.textContent === '') return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const falling = head.getAttribute('aria-sort') === 'ascending';
      for (const each of heads) each.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
      const numeric = [...body.rows].some((row) => row.cells[place].dataset.sort !== undefined);
      const key = (row) => {
        const { dataset, textContent } = row.cells[place];
        if (!numeric) return textContent;
        return dataset.sort === undefined ? NaN : Number(dataset.sort);
      };
      const order = (a, b) => numeric ? key(a) - key(b) : key(a).localeCompare(key(b), 'en', { numeric: true });
      const known = [...body.rows].filter((row) => !Number.isNaN(key(row)));
      const unknown = [...body.rows].filter((row) => Number.isNaN(key(row)));
      known.sort((a, b) => falling ? order(b, a) : order(a, b));
      body.append(...known, ...unknown);
    });
  });
}
if (navigator.clipboard) {
  for (const block of document.querySelectorAll('pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Select and copy by hand';
      }
    });
    block.before(button);
  }
}
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details')) part.open = true;
});
`

/** What the page's policy names, checked by a test: `openssl dgst -sha256 -binary | base64` of the text above. */
export const SCRIPT_HASH = 'sha256-ngqlBWeHuYv4G+z0Y+iaeyHWUBAtR47T8hO223QoUk8='
