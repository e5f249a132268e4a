// `claimgate completion`: what a shell needs to complete commands and options. The names come from the command itself.

import type { CommandModule } from 'yargs';
import type { GlobalOptions } from './global-options.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# claimgate completion bash > /etc/bash_completion.d/claimgate
_claimgate() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(SHELL=bash claimgate --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _claimgate claimgate
`,
  zsh: `#compdef claimgate
# claimgate completion zsh > "\${fpath[1]}/_claimgate"
_claimgate() {
  local -a reply
  reply=(\${(f)"$(SHELL=bash claimgate --get-yargs-completions "\${words[@]}" 2>/dev/null)"})
  compadd -a reply || _files
}
compdef _claimgate claimgate
`,
  fish: `# claimgate completion fish > ~/.config/fish/completions/claimgate.fish
complete -c claimgate -a '(SHELL=bash claimgate --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null)'
`,
};

export const completionCommand: CommandModule<GlobalOptions, GlobalOptions & { readonly shell: Shell }> = {
  command: 'completion <shell>',
  describe: 'Print a script that completes commands and options in a shell',
  builder: (yargs) =>
    yargs
      .positional('shell', { choices: shells, demandOption: true, describe: 'Which shell' })
      .example('source <($0 completion bash)', 'in this shell, until it ends'),
  handler: ({ shell }) => {
    process.stdout.write(scripts[shell]);
  },
};
