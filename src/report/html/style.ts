/** The style sheet of every report. A page allows it by its hash, so nothing that a name smuggles in is ever a style. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f6f7f9;--surface:#fff;--ink:#1b1f24;--muted:#57606a;--line:#d5dae0;--grid:#e4e8ec;--free:#eceff2;
--good:#0a6b3d;--bad:#b3261e;--warn:#8a5a00;--accent:#0b5cad;--tint:#eef5fc;
--c1:#0072b2;--c2:#e69f00;--c3:#009e73;--c4:#56b4e9;--c5:#cc79a7;--c6:#d55e00;--c7:#e3d400;--c8:#9aa3ad;--c9:#8c5a3c;--c10:#2f3a46;--on:#fff}
@media screen and (prefers-color-scheme:dark){:root{--page:#0e1116;--surface:#161b22;--ink:#e6edf3;--muted:#a3adb8;--line:#343c46;--grid:#2a313a;--free:#333c47;
--good:#4cc38a;--bad:#ff8a80;--warn:#f0b44c;--accent:#6cb6ff;--tint:#12263a;
--c1:#3d9fdc;--c2:#f0b02e;--c3:#1fbf92;--c4:#8fd0f7;--c5:#e29ac3;--c6:#f0803c;--c7:#f2e659;--c8:#7d8793;--c9:#c08a68;--c10:#cdd6df;--on:#0e1116}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 3rem}
article+article{margin-top:3rem;border-top:3px solid var(--line);padding-top:1.5rem}
h1,h2,h3{line-height:1.25;margin:0}
h1{font-size:1.1rem;color:var(--muted);font-weight:600}
h2{font-size:1.15rem;margin-bottom:.75rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
p{margin:.5rem 0}
ul{margin:.5rem 0;padding-left:1.25rem}
li{margin:.2rem 0}
a{color:var(--accent)}
section{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.25rem;margin-top:1rem}
.answer{font-size:1.3rem;line-height:1.4;font-weight:600;margin:.4rem 0 0}
.status{display:inline-block;margin-top:.5rem!important;font-size:.85rem;font-weight:600;border:1px solid currentColor;border-radius:999px;padding:.05rem .65rem;margin:0 0 .5rem}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0}
.tiles div{border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem}
dt{font-size:.85rem;color:var(--muted)}
dd{margin:0}
.tiles dd{font-size:1.3rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
.tiles dd small{display:block;font-size:.85rem;font-weight:400;color:var(--muted)}
.facts{list-style:none;padding:0;margin:.75rem 0 0;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;color:var(--muted);font-size:.95rem}
.verdict{border-left:4px solid currentColor;padding:.1rem 0 .1rem .8rem;margin:.9rem 0 0}
.verdict span{color:var(--ink)}
.marks{list-style:none;padding:0}
.marks li{padding-left:1.6em;text-indent:-1.6em;margin:.35rem 0}
.marks b{display:inline-block;width:1.6em;text-indent:0}
.note,.muted{color:var(--muted);font-size:.9rem}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
th,td{text-align:left;padding:.4rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
td{white-space:nowrap}
td.long{white-space:normal;min-width:18em;overflow-wrap:break-word}
th{color:var(--muted);font-weight:600;vertical-align:bottom;white-space:nowrap}
th:first-child,td:first-child{padding-left:.2rem}
tr:last-child td{border-bottom:0}
.number{text-align:right;white-space:nowrap}
tr.chosen td{background:var(--tint);font-weight:600}
tr.sum td{font-weight:600;border-top:2px solid var(--line)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button::after{content:"\\2195";opacity:.55;margin-left:.15em}
th[aria-sort=ascending] button::after{content:"\\2191";opacity:1}
th[aria-sort=descending] button::after{content:"\\2193";opacity:1}
figure{margin:0 0 .5rem}
figcaption{font-weight:600;margin-bottom:.35rem}
.keys{list-style:none;padding:0;margin:.2rem 0 .4rem;display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.9rem}
.swatch{width:16px;height:12px;margin-right:.4em;vertical-align:-1px}
.chart svg{display:block;width:100%;height:auto}
.wide svg{max-width:60rem}
.narrow svg{max-width:30rem}
.wide{display:none}
@media (min-width:64rem){.wide{display:block}.narrow{display:none}}
pre{margin:0;overflow-x:auto;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:.8rem;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:normal}
.copy{display:block;margin:0 0 .4rem auto;font:inherit;font-size:.85rem;color:var(--accent);background:none;border:1px solid var(--line);border-radius:6px;padding:.1rem .6rem;cursor:pointer}
details{margin:.6rem 0}
summary{cursor:pointer;font-weight:600}
.derived dt{margin-top:.6rem;color:var(--ink);font-weight:600;font-size:.9rem}
.derived dd{font-size:.9rem;color:var(--muted)}
.nodes{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:.7rem 1rem}
.nodes li{margin:0;font-size:.9rem}
.nodes svg{display:block;margin:.15rem 0}
.gpus text{font-size:13px;font-weight:600;fill:var(--on);text-anchor:middle}
.gpus .idle{fill:var(--free);stroke:var(--line)}
.gpus .dark{fill:#000}
.letters{list-style:none;padding:0;columns:13rem;font-size:.9rem}
.letters li{break-inside:avoid}
.letters svg{margin-right:.5em;vertical-align:-6px}
@media (max-width:40rem){.cards thead{display:none}.cards tr{display:block;border-bottom:1px solid var(--line);padding:.45rem 0}.cards tr:last-child{border:0}.cards td{display:inline-block;border:0;padding:0 .9rem 0 0;text-align:left;white-space:normal}.cards td:nth-child(2){font-weight:600}
main{padding:1rem .6rem 2rem}section{padding:.9rem .8rem}.answer{font-size:1.15rem}.tiles{grid-template-columns:1fr 1fr}.tiles dd{font-size:1.1rem}}
@media print{@page{margin:14mm 12mm}body{background:#fff;font-size:11pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}
section{border:0;border-top:1px solid var(--line);border-radius:0;padding:.7rem 0;margin-top:.8rem}
article+article{break-before:page;border:0}
.wide{display:block}.narrow,.copy{display:none}.wide svg{max-width:100%}
.scroll{overflow:visible}table{font-size:8.5pt}td.middle,td.long{white-space:normal;min-width:0}th{white-space:normal}th button::after{content:""!important}
figure,tr,.tiles div,.nodes li,h2,.verdict{break-inside:avoid}thead{display:table-header-group}h2,h3,figcaption{break-after:avoid}
pre{white-space:pre-wrap;overflow-wrap:anywhere}details::details-content{content-visibility:visible;height:auto}summary{list-style:none}a{color:inherit}}
`

/** What the page's policy names, checked by a test: `openssl dgst -sha256 -binary | base64` of the text above. */
export const STYLE_HASH = 'sha256-yLJjzFYv0LyyZcy8JupfK5Jp0SBiwSf4t5u3oo9xIxA='
