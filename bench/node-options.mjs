/** As the installed command starts Node: the first line of admin/main.ts. ARCHITECTURE.md says why so. */
export const productNodeOptions = ['--max-semi-space-size=4', '--no-parallel-scavenge'];
