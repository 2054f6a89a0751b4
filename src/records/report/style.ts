/** How the page looks: paper and ink, one colour for data, and the states of tasks in colours that every eye tells apart. */

const LIGHT = `
--paper:#fcfcfa; --ink:#17191c; --soft:#545c64; --faint:#9aa1a7; --rule:#e3e5e1; --fill:#f2f3ef;
--shade:#17191c38; --data:#1c5d8c; --data-fill:#1c5d8c22; --data-dense:#1c5d8c77; --good:#2d7a55; --bad:#b3261e; --bad-fill:#b3261e0f;
--state-succeeded:#6c9fc0; --state-queued:#a9b0b6; --state-running:#2d7a55; --state-stopping:#c9a227;
--state-cancelled:#8d8798; --state-failed:#b3261e; --state-timedOut:#d07a00; --state-indeterminate:#8b3a8b;`

const DARK = `
--paper:#121416; --ink:#e7e9ea; --soft:#a3abb2; --faint:#666e75; --rule:#292e33; --fill:#1a1e21;
--shade:#e7e9ea4d; --data:#79b8e3; --data-fill:#79b8e326; --data-dense:#79b8e37a; --good:#6fc599; --bad:#ff8a80; --bad-fill:#ff8a8014;
--state-succeeded:#4a7da0; --state-queued:#59626a; --state-running:#6fc599; --state-stopping:#e0bf55;
--state-cancelled:#8c859a; --state-failed:#ff8a80; --state-timedOut:#f2a541; --state-indeterminate:#d08ad0;`

/**
 * A shade at the edge behind which a table goes on. What covers it moves with the table, so that it is there only where
 * something is left to scroll to.
 */
const scrollShadow = `background:
linear-gradient(90deg,var(--paper) 35%,#0000) 0 0/44px 100% no-repeat local,
linear-gradient(270deg,var(--paper) 35%,#0000) 100% 0/44px 100% no-repeat local,
linear-gradient(90deg,var(--shade),#0000) 0 0/14px 100% no-repeat,
linear-gradient(270deg,var(--shade),#0000) 100% 0/14px 100% no-repeat`

export const style = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:1400px;padding:40px clamp(16px,4vw,56px) 80px;overflow-wrap:anywhere;
font:15px/1.5 system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,dl,dd,figure,pre,ol,ul{margin:0;padding:0}
a{color:inherit}
h1{font-size:clamp(24px,3.4vw,34px);line-height:1.15;font-weight:600;letter-spacing:-.015em}
h2{font-size:18px;line-height:1.3;font-weight:600;letter-spacing:-.005em;scroll-margin-top:16px}
h3{font-size:14px;font-weight:600;margin:28px 0 8px}
section{border-top:1px solid var(--rule);padding-top:22px;margin-top:40px}
section>p,.note{color:var(--soft);max-width:74ch;margin:4px 0 0} section>p strong{color:var(--ink);font-weight:600}
code,pre,.code{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
:focus-visible{outline:2px solid var(--data);outline-offset:3px;border-radius:2px}
.kind{color:var(--soft);margin-bottom:6px}
.outcome{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:12px;color:var(--soft)}
.outcome strong{color:var(--ink);font-weight:600}
.outcome .good{color:var(--good)} .outcome .bad{color:var(--bad)}
.skip{position:absolute;left:-999px} .skip:focus{left:16px;top:8px;background:var(--paper);padding:6px 10px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin-top:26px;font-size:14px}
nav a{color:var(--soft);text-decoration:none;border-bottom:1px solid transparent;padding:2px 0} nav a:hover{color:var(--ink);border-color:var(--ink)}
.notice{border-left:3px solid var(--faint);padding:2px 0 2px 14px;margin-top:22px;max-width:90ch}
.notice.bad{border-color:var(--bad)} .notice ul{padding-left:18px;color:var(--soft)} .notice strong{font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,230px),1fr));gap:14px 28px;margin-top:18px}
.facts dt{color:var(--soft);font-size:13px} .facts dd{line-height:1.4}
.scroll{overflow-x:auto;margin-top:12px;${scrollShadow}}
table{border-collapse:collapse;font-size:14px;min-width:min(100%,520px)}
th,td{text-align:left;padding:5px 22px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top;font-weight:400;overflow-wrap:normal}
th{white-space:nowrap} thead th{color:var(--soft);font-size:13px;border-color:var(--faint)} tbody th{font-weight:500}
td.n,th.n{text-align:right;white-space:nowrap} td.t{overflow-wrap:anywhere;min-width:22ch;width:100%} td.w{white-space:nowrap}
tr.bad td,tr.bad th{background:var(--bad-fill)} tr.bad .level{color:var(--bad);font-weight:600}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:26px 44px;margin-top:18px}
.figures>*{min-width:0}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 16px;margin-bottom:6px}
figcaption .name{font-weight:600;font-size:14px} figcaption .name span{color:var(--soft);font-weight:400}
output{color:var(--soft);font-size:13px;min-height:1.5em}
.canvas{position:relative;min-width:0;width:100%} .canvas canvas{display:block;width:100%} .tracks .canvas{cursor:crosshair;margin-top:8px}
.tools{display:flex;flex-wrap:wrap;gap:4px;align-items:center;margin-top:12px;color:var(--soft);font-size:13px}
.tools .hint{margin-left:10px} .tools output{margin-left:auto;min-width:0}
button{font:inherit;color:var(--ink);background:none;border:1px solid var(--rule);border-radius:3px;min-width:34px;height:30px;padding:0 9px;cursor:pointer}
button:hover{border-color:var(--faint)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;color:var(--soft);font-size:13px;margin-top:10px}
.legend i{display:inline-block;width:10px;height:10px;margin-right:6px;vertical-align:-1px}
details{margin-top:12px} summary{cursor:pointer;color:var(--soft);font-size:14px;width:fit-content} summary:hover{color:var(--ink)}
pre{overflow-x:auto;background:var(--fill);padding:14px 16px;line-height:1.5;margin-top:10px;border-radius:3px;tab-size:2;overflow-wrap:normal}
.uplot,.uplot *,.uplot *::before,.uplot *::after{box-sizing:border-box}.uplot{font-family:inherit;width:100%!important}
.u-select{background:var(--data-fill)} .u-hz .u-cursor-x,.u-hz .u-cursor-y{border-color:var(--faint)} .u-cursor-y{display:none}
footer{margin-top:56px;border-top:1px solid var(--rule);padding-top:14px;color:var(--soft);font-size:13px}
.state-succeeded{background:var(--state-succeeded)}.state-queued{background:var(--state-queued)}.state-running{background:var(--state-running)}
.state-stopping{background:var(--state-stopping)}.state-cancelled{background:var(--state-cancelled)}.state-failed{background:var(--state-failed)}
.state-timedOut{background:var(--state-timedOut)}.state-indeterminate{background:var(--state-indeterminate)}
@media (max-width:640px){body{padding-top:24px} section{margin-top:32px} .tools .hint,.tools output{margin:4px 0 0;width:100%}
th,td{padding-right:16px} .facts{grid-template-columns:repeat(auto-fill,minmax(min(100%,150px),1fr));gap:12px 20px}}
@media print{body{max-width:none;padding:0} nav,.tools,.skip{display:none} section{break-inside:auto} figure{break-inside:avoid}}
`
