"""How the pages of an evidence pack look: quiet, on a phone, in the dark and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #59636e; --line: #d5dae0; --ground: #fff; --tint: #f3f5f7;
  --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #9aa5b1; --line: #363d45; --ground: #14171a; --tint: #1e2328;
    --link: #8ebff2; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 48rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
a { color: var(--link); }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .5rem; }
h2 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h3 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 2rem 0 .6rem; }
h4 { font-size: 1rem; margin: 1rem 0 .2rem; }
p { margin: .5rem 0; }
.lead { font-size: 1.15rem; }
.cover { padding-bottom: 2rem; border-bottom: 1px solid var(--line); }
.note, .id, .stage, time { color: var(--soft); font-size: .9rem; }
.id, .stage { margin: 0; }
.code { font-weight: normal; color: var(--soft); }
.withheld { color: var(--soft); font-style: italic; }
.wording { font: 1.2rem/1.45 Georgia, "Times New Roman", serif; margin: .2rem 0; }
blockquote { margin: 0 0 1rem; padding: .7rem 1rem; background: var(--tint); border-left: 3px solid var(--line);
  white-space: pre-line; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .3rem 1rem; margin: .8rem 0; }
dt { color: var(--soft); }
dd { margin: 0; white-space: pre-line; }
pre, code { font: .85rem/1.5 ui-monospace, monospace; }
pre { background: var(--tint); padding: .8rem 1rem; white-space: pre-wrap; }
article { padding-top: 2.5rem; margin-top: 2.5rem; border-top: 1px solid var(--line); }
.cover + article { border-top: 0; margin-top: 0; }
ol { padding-left: 1.6rem; margin: 0; }
li { margin: 0 0 .6rem; }
li p { margin: 0; }
li dl { margin: .2rem 0 0; font-size: .92rem; }
li::marker { color: var(--soft); }
nav { margin-top: 2rem; }
nav h2 { font-size: 1.2rem; margin-bottom: .6rem; }
nav ul { list-style: none; padding: 0; columns: 20rem; }
nav li { margin: 0 0 .3rem; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; font-size: .85rem; }
th { text-align: left; color: var(--soft); font-weight: normal; }
th, td:not(:last-child) { white-space: nowrap; }
th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; }
@media (max-width: 34rem) {
  dl { display: block; }
  dd { margin-bottom: .5rem; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  td { border: 0; padding: 0; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
}
@media print {
  @page { size: A4; margin: 18mm; }
  :root { --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --tint: #f4f4f4; --link: #000; }
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  article { break-before: page; border: 0; margin: 0; padding: 0; }
  section, li, tr { break-inside: avoid; }
  h3, h4 { break-after: avoid; }
}
"""
