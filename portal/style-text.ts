// The portal's own style sheet, beside USWDS's. It is text here because the compiler copies nothing but TypeScript into
// the product. Colours are USWDS tokens; each pair of text and ground has a contrast of 4.5 to 1 or more.

export const styleText = `
html:not(.cg-script) .cg-script-only, html.cg-script .cg-plain-only { display: none; }
[hidden] { display: none !important; }
body { overflow-wrap: break-word; }
main, .cg-footer { line-height: 1.5; }
main a:not(.usa-button), .cg-footer a { color: #005ea2; }
main a:not(.usa-button):visited, .cg-footer a:visited { color: #54278f; }
main a:not(.usa-button):hover, .cg-footer a:hover { color: #1a4480; }

.cg-header { background: #162e51; color: #fff; }
.cg-header__row { align-items: center; display: flex; flex-wrap: wrap; gap: .75rem 2rem; justify-content: space-between; padding-bottom: 1rem; padding-top: 1rem; }
.cg-header__name { display: flex; flex-direction: column; }
.cg-header__site, .cg-header__site:visited { color: #fff; font-size: 1.5rem; font-weight: 700; line-height: 1.3; text-decoration: none; }
.cg-header__site:hover { text-decoration: underline; }
.cg-header__agency { color: #dfe1e2; font-size: .93rem; }
.cg-header__viewer { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem 1rem; }
.cg-header .cg-sign-out { margin: 0; padding: .5rem 1rem; }

.cg-section { min-height: 60vh; padding-bottom: 3rem; padding-top: 2rem; }
main h1 { line-height: 1.2; margin: 0 0 1.25rem; }
main > * + * { margin-top: 1.5rem; }
main .usa-intro { font-size: 1.25rem; line-height: 1.6; }
main h2 { line-height: 1.3; }
main .usa-breadcrumb { padding-top: 0; }
main p, main li { max-width: 68ex; }
/* USWDS moves the breadcrumb's other links off a narrow screen, where they would still take the focus. */
@media (max-width: 29.99em) { .usa-breadcrumb__list-item:not(:nth-last-child(2)) { display: none; } }

.cg-menu--wide { display: none; }
.cg-menu--folded { border: 1px solid #a9aeb1; margin-bottom: 1.5rem; }
.cg-menu--folded > summary { cursor: pointer; font-weight: 700; padding: .75rem 1rem; }
@media (min-width: 64em) {
  .cg-menu--wide { display: block; }
  .cg-menu--folded { display: none; }
}
.cg-menu__heading, .cg-menu__missing { display: block; line-height: 1.3; padding: .5rem 1rem; }
.cg-menu__heading { font-weight: 700; }
.usa-sidenav__sublist .cg-menu__missing { color: #565c65; padding-left: 2rem; }
.cg-menu__why { white-space: nowrap; }

.cg-panel { border: 1px solid #a9aeb1; }
.cg-panel__heading { background: #d9e8f6; border-bottom: 1px solid #a9aeb1; font-size: 1.06rem; margin: 0; padding: .75rem 1rem; }
.cg-panel__body { padding: 1rem; }
.cg-panel__body > :first-child { margin-top: 0; }
.cg-panel__body > :last-child { margin-bottom: 0; }
.cg-panel h3 { margin: 1.5rem 0 .5rem; }

.cg-facts { display: grid; gap: .35rem 1.5rem; grid-template-columns: minmax(9rem, max-content) 1fr; margin: 0; }
.cg-facts dt { font-weight: 700; }
.cg-facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40em) {
  .usa-table--stacked.cg-table tr > [data-label] { padding: .5rem 0 .5rem 8rem; position: relative; }
  .usa-table--stacked.cg-table tr > [data-label]::before { left: 0; padding: 0; position: absolute; top: .5rem; width: 7.5rem; }
  .cg-facts { grid-template-columns: 1fr; }
  .cg-facts dd { margin-bottom: .5rem; }
}

.usa-tag.cg-tag { display: inline-block; line-height: 1.4; margin-bottom: .25rem; padding: .1rem .6rem; border: 1px solid currentColor; font-size: .93rem; text-transform: none; }
.usa-tag.cg-tag--good { background: #ecf3ec; color: #154c21; }
.usa-tag.cg-tag--due { background: #faf3d1; color: #5c410a; }
.usa-tag.cg-tag--bad { background: #f4e3db; color: #6f3331; }
.usa-tag.cg-tag--none { background: #edeff0; color: #3d4551; }

.cg-form { max-width: 32rem; }
.cg-form .usa-input, .cg-form .usa-textarea { max-width: none; }
.cg-form .usa-textarea { height: 6rem; }
.cg-form .usa-show-password { display: block; float: none; margin: .5rem 0 1.5rem auto; min-height: 1.5rem; width: max-content; }
html:not(.cg-script) .cg-form .cg-script-only { display: none; }
.cg-form .usa-button { margin-top: 1.5rem; }
.cg-code-input, .cg-code { font-family: "Roboto Mono Web", "Bitstream Vera Sans Mono", Consolas, Courier, monospace; font-size: .9rem; }
.cg-error-summary { margin-top: 0; }
main .cg-error-summary a, main .cg-error-summary a:visited { color: #1b1b1b; font-weight: 700; }

.cg-code { background: #f0f0f0; display: block; overflow-wrap: anywhere; padding: .5rem .75rem; white-space: pre-wrap; }
.cg-command { margin: 0 0 1rem; }
.cg-command > dt { font-weight: 700; }
.cg-command > dd { margin: .25rem 0 1rem; }
.cg-copy-row { align-items: center; display: flex; flex-wrap: wrap; gap: .25rem 1rem; min-height: 1.75rem; }
.cg-copy-row .usa-button { min-height: 1.5rem; }

.cg-checklist { margin-top: 1.5rem; max-width: 32rem; }
.cg-checklist .usa-alert__heading { font-size: 1.06rem; }
.cg-code-field .usa-input { font-size: 1.5rem; letter-spacing: .3em; max-width: 12rem; }
.cg-choices { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); list-style: none; margin: 1.5rem 0; padding: 0; }
.cg-choices > li { border: 1px solid #a9aeb1; max-width: none; padding: 1rem; }
.cg-choices h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
.cg-entry { border-bottom: 1px solid #dfe1e2; margin-bottom: 1rem; padding-bottom: 1rem; }
.cg-panel .cg-entry h3 { margin-top: 0; }
.cg-more { margin-top: .75rem; }
.cg-more > summary { cursor: pointer; display: inline-block; min-height: 1.5rem; text-decoration: underline; }
.cg-more .usa-button { box-sizing: border-box; margin-right: 0; max-width: 100%; }
.cg-actions { align-items: center; display: flex; flex-wrap: wrap; gap: .75rem; }
.cg-actions .usa-button { margin: 0; }
.cg-qr { display: block; height: auto; margin: 1rem 0; max-width: 15rem; width: 100%; }
.usa-process-list .usa-process-list__item { max-width: none; }

.cg-expiry { border: 0; border-top: .5rem solid #ffbe2e; line-height: 1.5; max-width: 32rem; padding: 1.5rem; }
.cg-expiry h2 { margin-top: 0; }
.cg-expiry::backdrop { background: rgb(0 0 0 / .6); }

.cg-footer { background: #f0f0f0; border-top: 1px solid #dfe1e2; padding: 1.5rem 0; }
.cg-footer p { margin: 0; max-width: 68ex; }
.cg-footer__links { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin: 1rem 0; padding: 0; }
.cg-footer__links a { display: inline-block; min-height: 1.5rem; }
.cg-footer__agency { color: #3d4551; font-size: .93rem; }
.cg-file-input { border: 1px dashed #565c65; display: block; line-height: 1.5; margin-top: .5rem; max-width: 100%; padding: 1rem; width: 100%; }
.cg-chosen { margin: .75rem 0 0; padding-left: 1.25rem; }
.cg-chosen li { overflow-wrap: anywhere; }
.cg-doubt { color: #5c410a; font-weight: 700; }
.cg-progress { accent-color: #005ea2; display: block; height: 1.5rem; width: 100%; }
.cg-row-checkbox { background: transparent; font-weight: 700; }
.cg-receipt-state { border: 1px solid #a9aeb1; border-bottom: 0; padding: 1rem; }
.cg-receipt-state > * { margin: 0 0 .5rem; }
.cg-pages--below { margin-top: 1rem; }
.cg-stack > * + * { margin-top: 1.5rem; }
.cg-table caption { font-weight: 700; margin-bottom: .5rem; text-align: left; }
.cg-small { font-size: .93rem; font-weight: 400; }
main .usa-alert__heading { line-height: 1.3; }
.cg-name { overflow-wrap: anywhere; }
.cg-table { width: 100%; }
.cg-table th a { font-weight: 400; margin-right: .75rem; }
.cg-stages { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: 0; padding: 0; }
.cg-stage { border: 1px solid #71767a; border-radius: 1rem; font-size: .87rem; line-height: 1.3; padding: .1rem .6rem; white-space: nowrap; }
.cg-stage--done { background: #ecf3ec; border-color: #154c21; color: #154c21; }
.cg-stage--now { background: #e7f6f8; border-color: #0f3d53; color: #0f3d53; font-weight: 700; }
.cg-stage--stopped { background: #f4e3db; border-color: #6f3331; color: #6f3331; font-weight: 700; }
.cg-stage--later, .cg-stage--none { background: #fff; color: #3d4551; }
.cg-filter { display: grid; gap: .5rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); border: 1px solid #a9aeb1; padding: 0 1rem 1rem; }
.cg-filter .usa-label { margin-top: .75rem; }
.cg-filter .usa-input, .cg-filter .usa-select { max-width: none; }
.cg-filter__buttons { align-items: center; display: flex; gap: 1rem; align-self: end; }
.cg-filter__buttons a, .cg-pages a { display: inline-block; min-height: 1.5rem; }
.cg-pages { display: flex; flex-wrap: wrap; gap: 2rem; }
.cg-files, .cg-timeline { margin: 0; padding-left: 1.25rem; }
.cg-files li, .cg-timeline li { margin-bottom: .75rem; max-width: none; }
.cg-files a { display: inline-block; margin-right: 1rem; min-height: 1.5rem; }
.cg-findings { padding-left: 2rem; }
.cg-findings > li { border-top: 1px solid #a9aeb1; margin-top: 1.5rem; max-width: none; padding-top: 1rem; }
.cg-finding h3 { font-size: 1.06rem; margin: 0 0 .5rem; }
.cg-segment { margin: 1rem 0; }
.cg-segment mark, .cg-code mark { background: #ffe396; color: #1b1b1b; font-weight: 700; outline: 2px solid #6f3331; text-decoration: underline; }
.cg-findings details { margin-top: .5rem; }
main summary { cursor: pointer; min-height: 1.5rem; }
pre.cg-code { margin: .5rem 0; }
.cg-role .usa-legend, .cg-choice .usa-legend { font-weight: 700; margin-top: 0; }
.usa-fieldset.cg-role, .usa-fieldset.cg-choice { margin-top: 1.5rem; }
.cg-panel__body > form > .usa-fieldset.cg-role:first-of-type { margin-top: 0; }
.cg-role .usa-hint { margin-bottom: .5rem; padding-left: 2rem; }
.cg-submit { margin-top: 1.5rem; }
.cg-choice { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.cg-table tbody th .cg-small { font-weight: 400; }
.cg-matrix { border: 0; margin: 1.5rem 0 0; min-width: 0; padding: 0; }
.cg-matrix legend { background: #d9e8f6; border: 1px solid #a9aeb1; box-sizing: border-box; font-size: 1.06rem; font-weight: 700; padding: .75rem 1rem; width: 100%; }
.cg-matrix .usa-table { margin: 0 0 1rem; }
.cg-matrix .usa-checkbox { background: transparent; }
.cg-matrix .usa-checkbox__label { margin: 0; min-height: 1.5rem; }
.cg-matrix tbody th a { display: inline-block; min-height: 1.5rem; overflow-wrap: anywhere; }
@media (min-width: 64em) {
  .cg-matrix th, .cg-matrix td { padding: .5rem .35rem; text-align: center; vertical-align: middle; }
  .cg-matrix th:first-child { text-align: left; width: 11rem; }
  .cg-matrix .usa-checkbox { display: inline-block; }
  .cg-matrix .usa-checkbox__label { padding-left: 1.5rem; text-indent: 0; }
  .cg-matrix__word { clip: rect(0, 0, 0, 0); height: 1px; overflow: hidden; position: absolute; width: 1px; white-space: nowrap; }
}
@media (max-width: 63.99em) {
  .cg-matrix table, .cg-matrix tbody, .cg-matrix tbody tr, .cg-matrix tbody th, .cg-matrix tbody td { display: block; }
  .cg-matrix thead { clip: rect(0, 0, 0, 0); height: 1px; overflow: hidden; position: absolute; width: 1px; }
  .cg-matrix tbody tr { border-bottom: 1px solid #a9aeb1; display: grid; gap: .25rem .75rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); padding: .75rem 0; }
  .cg-matrix tbody th { grid-column: 1 / -1; padding: 0 0 .25rem; text-align: left; }
  .cg-matrix tbody td { border: 0; padding: .25rem 0; }
}
@media print { .cg-menu--wide, .cg-menu--folded, .cg-footer__links, .cg-sign-out, .cg-script-only, .cg-pages, .cg-filter, .usa-breadcrumb, .cg-no-print { display: none; } .cg-finding, .cg-panel { break-inside: avoid; } main a { text-decoration: none; } }
.cg-tiles { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); list-style: none; margin: 0; padding: 0; }
.cg-tile { border: 1px solid #a9aeb1; border-left: .35rem solid #005ea2; line-height: 1.35; max-width: none; padding: .6rem .75rem; }
.cg-tile--bad { border-left-color: #b50909; background: #f8eff1; }
.cg-tile > * { display: block; }
.cg-tile__name { font-size: .93rem; }
.cg-tile__name a { display: inline-block; min-height: 1.5rem; }
.cg-tile__number { font-size: 1.35rem; font-weight: 700; }
.cg-tile__more { color: #3d4551; font-size: .87rem; }
.cg-chart__scroll { overflow-x: auto; }
.cg-chart { display: block; height: auto; min-width: 34rem; width: 100%; }
.cg-chart text { fill: #1b1b1b; font-size: 13px; }
.cg-chart__grid line { stroke: #a9aeb1; }
.cg-chart rect { stroke: #fff; stroke-width: .75; }
.cg-chart__one rect { fill: #005ea2; }
.cg-chart__good rect { fill: #216e1f; }
.cg-chart__due rect { fill: #97d4ea; stroke: #0f6460; }
.cg-chart__part rect { fill: #c05600; }
.cg-chart__bad rect { fill: #8b0a03; }
.cg-chart__none rect { fill: #565c65; }
.cg-legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0 0 .5rem; padding: 0; }
.cg-legend li { align-items: center; display: flex; gap: .4rem; margin: 0; max-width: none; }
.cg-legend__key { height: 1rem; width: 1rem; }
.cg-content { max-height: 40rem; overflow: auto; }
@media print {
  .cg-more::details-content { content-visibility: visible; block-size: auto; }
  .cg-chart { min-width: 0; }
  .cg-panel { break-inside: avoid; }
}
`;
