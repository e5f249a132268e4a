/** What the configuration says of a hook or a gate, and cannot be. Its message says what to mend. */
export class HookSettingsError extends Error {
  readonly code = 'hooks.settings';
  constructor(message: string) {
    super(message);
    this.name = 'HookSettingsError';
  }
}
