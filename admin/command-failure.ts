// How a command says that it did not do what it was asked to. Exit codes are part of the contract: 1 refused or
// rejected, 2 could not even be tried (wrong arguments, broken configuration, a file that cannot be read).

export class CommandFailure extends Error {
  readonly code: string = 'admin.command-failure';
  readonly exitCode: 1 | 2;

  /** @param message names the cause and the cure, in sentences */
  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}
