"""How the page looks: system fonts, light or dark as the reader has it, wide tables scroll by themselves."""

STYLE = """\
:root { color-scheme: light dark; --line: #8884; --dim: #767676; --pass: #1a7f37; --deny: #cf222e; --wait: #8250df;
  --waived: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --dim: #949494; --pass: #3fb950; --deny: #f85149; --wait: #a371f7;
  --waived: #d29922; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .6em; } h1 { font-size: 1.6rem; margin-top: 0; }
h2 { font-size: 1.2rem; } h3 { font-size: 1rem; margin-top: 0; } small { font-weight: normal; color: var(--dim); }
b { font-size: .85em; letter-spacing: .03em; color: var(--wait); }
b.pass { color: var(--pass); } b.deny, b.error { color: var(--deny); } b.waived { color: var(--waived); }
b.error { text-decoration: underline; } .dim { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; margin: .4rem 0; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; } code { font: .9em ui-monospace, monospace; }
.wide { overflow-x: auto; margin-top: 1.4rem; } table { border-collapse: collapse; font-size: .93em; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
th small { display: block; } tbody th { font-weight: normal; } td { white-space: nowrap; }
section { border-left: 3px solid var(--wait); padding: .1rem 0 .1rem 1rem; margin: 1.2rem 0; }
section.deny, section.error { border-color: var(--deny); } section.waived { border-color: var(--waived); }
section p { margin: .4rem 0; overflow-wrap: anywhere; }
details { margin: .6rem 0; } summary { cursor: pointer; }
"""
