// Signing in on one connection (RFC 4252): the methods `password`, `keyboard-interactive` with one prompt, and
// `publickey`, each ending at the same gate. Default-deny: the single way to accepted is the gate's word, and every
// fault on the way is a refusal (rules R3 and R8). Attempts are worked on one at a time and counted, because ssh2 does
// neither (fault 9 of the ssh2 notes).

import { createHmac, randomBytes } from 'node:crypto';
import type { AuthContext, AuthenticationType, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import type {
  LoginOutcome,
  LoginProof,
  LoginRefusal,
  PartialLogin,
  SftpGate,
  SftpPrincipal,
} from '../domain/login.ts';
import { isSignedBy, readClientKey } from './client-key.ts';

export interface LoginDeps {
  readonly gate: SftpGate;
  readonly address: string;
  readonly maxAuthTries: number;
  /** Whether RSA keys may sign with SHA-1: on a listener of the profile `legacy` alone. */
  readonly sha1Signatures: boolean;
  readonly now: () => number;
  /** Called before the client is told: from here on the connection is the principal's. */
  readonly accepted: (login: {
    readonly principal: SftpPrincipal;
    readonly method: string;
    readonly durationMs: number;
  }) => void;
  readonly refused: (refusal: {
    readonly userName: string;
    readonly method: string;
    readonly reason: LoginRefusal;
    readonly durationMs: number;
  }) => void;
  /** The gate has accepted someone whom the connection cannot have any more. */
  readonly forsaken: (principal: SftpPrincipal) => void;
  /** Too many attempts: the connection must end. */
  readonly exhausted: () => void;
  readonly fault: (where: string, thrown: unknown) => void;
}

/** Named to the client in this order (RFC 4252 section 5.1). */
const methodsOffered: AuthenticationType[] = ['publickey', 'password', 'keyboard-interactive'];

/** What is left after a first proof, where a partner's users give two. */
const methodsLeft: Readonly<Record<LoginProof['kind'], AuthenticationType[]>> = {
  password: ['publickey'],
  'public-key': ['password', 'keyboard-interactive'],
};

/** Refusals that a second try of the same password cannot change. */
const finalReasons: ReadonlySet<LoginRefusal> = new Set<LoginRefusal>(['wrong-password', 'no-account']);

/** What one request came to. A `silent` refusal is no attempt at signing in, so nobody is told. */
type Decision =
  | { readonly kind: 'accepted'; readonly principal: SftpPrincipal }
  | { readonly kind: 'partial'; readonly earlier: PartialLogin }
  | { readonly kind: 'may-sign' }
  | { readonly kind: 'rejected'; readonly reason: LoginRefusal }
  | { readonly kind: 'silent' };

const malformed: Decision = { kind: 'rejected', reason: 'malformed' };

export class SshLogin {
  readonly #deps: LoginDeps;
  #turn: Promise<void> = Promise.resolve();
  #tries = 0;
  #askedNone = false;
  #over = false;
  /** The first of two proofs, where the gate wants two. */
  #earlier: PartialLogin | undefined;
  readonly #refusedPasswords = new Map<string, LoginRefusal>();
  /** By it passwords are remembered as long as the connection lives, and by nobody else recognised. */
  readonly #memoryKey = randomBytes(32);

  constructor(deps: LoginDeps) {
    this.#deps = deps;
  }

  /** Works on one request when the earlier ones are decided. Never throws and never rejects. */
  handle(context: AuthContext): void {
    this.#turn = this.#turn
      .then(() => this.#answer(context))
      .catch((thrown: unknown) => {
        this.#over = true;
        this.#deps.fault('sftp login', thrown);
        this.#deps.exhausted();
      });
  }

  /** The connection is gone: nothing that still waits is decided. */
  stop(): void {
    this.#over = true;
  }

  async #answer(context: AuthContext): Promise<void> {
    if (this.#over) return;
    const startedAtMs = this.#deps.now();
    // A keyboard-interactive request that is not decided yet ends when another request comes (RFC 4256 section 3.4);
    // what the gate says of it then counts for nothing, or a connection could hold two answers.
    let superseded = false;
    context.once('abort', () => {
      superseded = true;
    });
    const outcome = await this.#decide(context);
    if (outcome.kind === 'accepted' && (this.#over || superseded)) this.#deps.forsaken(outcome.principal);
    if (this.#over) return;
    const decision: Decision = superseded ? { kind: 'silent' } : outcome;
    const durationMs = Math.max(0, this.#deps.now() - startedAtMs);
    const { method, username: userName } = context;
    switch (decision.kind) {
      case 'accepted':
        this.#over = true;
        this.#deps.accepted({
          principal: decision.principal,
          method: this.#earlier === undefined ? method : `${this.#earlier.proved}+${method}`,
          durationMs,
        });
        context.accept();
        return;
      case 'partial':
        this.#earlier = decision.earlier;
        context.reject(methodsLeft[decision.earlier.proved], true);
        return;
      case 'may-sign':
        // ssh2 sends SSH_MSG_USERAUTH_PK_OK for a request without a signature, and only then.
        if (context.method === 'publickey') context.key.algo = requestedAlgorithm(context);
        context.accept();
        return;
      case 'rejected':
        this.#deps.refused({ userName, method, reason: decision.reason, durationMs });
        this.#reject(context);
        return;
      case 'silent':
        this.#reject(context);
    }
  }

  #reject(context: AuthContext): void {
    // The first `none` asks which methods there are (RFC 4252 section 5.2); it costs nothing.
    if (context.method === 'none' && !this.#askedNone) this.#askedNone = true;
    else this.#tries += 1;
    if (this.#tries >= this.#deps.maxAuthTries) this.#over = true;
    context.reject(this.#earlier === undefined ? methodsOffered : methodsLeft[this.#earlier.proved]);
    if (this.#over) this.#deps.exhausted();
  }

  async #decide(context: AuthContext): Promise<Decision> {
    try {
      switch (context.method) {
        case 'password':
          return await this.#decidePassword(context.username, context.password);
        case 'keyboard-interactive':
          return await this.#decidePassword(context.username, await askPassword(context));
        case 'publickey':
          return await this.#decideKey(context);
        case 'none':
        case 'hostbased':
          return { kind: 'silent' };
      }
    } catch (thrown) {
      this.#deps.fault('sftp login', thrown);
      return { kind: 'rejected', reason: 'overloaded' };
    }
  }

  /** @param password anything: with the change flag of RFC 4252 section 8, ssh2 hands over an object (fault 5) */
  async #decidePassword(userName: string, password: unknown): Promise<Decision> {
    if (typeof password !== 'string') return malformed;
    // Clients try one password by both methods: it is one guess, and is counted as one.
    const guess = createHmac('sha256', this.#memoryKey)
      .update(JSON.stringify([userName, password]))
      .digest('base64');
    const known = this.#refusedPasswords.get(guess);
    if (known !== undefined) return { kind: 'rejected', reason: known };
    const outcome = await this.#ask(userName, { kind: 'password', password });
    if (outcome.kind === 'rejected' && finalReasons.has(outcome.reason))
      this.#refusedPasswords.set(guess, outcome.reason);
    return outcome;
  }

  async #decideKey(context: PublicKeyAuthContext): Promise<Decision> {
    const { username: userName } = context;
    const signed = context.signature !== undefined;
    const key = readClientKey(context, this.#deps);
    if (key === undefined) return signed ? { kind: 'rejected', reason: 'unknown-key' } : { kind: 'silent' };
    const offered = { algorithm: context.key.algo, blob: context.key.data };
    if (!signed) {
      const maySign = await this.#deps.gate.maySignWith(userName, {
        ...offered,
        address: this.#deps.address,
      });
      return maySign === true ? { kind: 'may-sign' } : { kind: 'silent' };
    }
    if (!isSignedBy(key, context)) return { kind: 'rejected', reason: 'unknown-key' };
    return this.#ask(userName, { kind: 'public-key', ...offered });
  }

  #ask(userName: string, proof: LoginProof): Promise<LoginOutcome> {
    const { gate, address } = this.#deps;
    return gate.authenticate({ userName, address, proof, earlier: this.#earlier });
  }
}

/**
 * The algorithm as the client named it. RFC 4252 section 7 has it repeated in SSH_MSG_USERAUTH_PK_OK; ssh2 would say
 * `ssh-rsa` for rsa-sha2-256 and rsa-sha2-512 (handlers.misc.js:243), which clients that compare take for another key.
 */
function requestedAlgorithm({ key, hashAlgo }: PublicKeyAuthContext): string {
  return key.algo === 'ssh-rsa' && hashAlgo !== undefined ? `rsa-sha2-${hashAlgo.slice(3)}` : key.algo;
}

/**
 * Asks for the password by RFC 4256, with one prompt that does not echo.
 * @returns the answer, or undefined when there is not exactly one (fault 6 of the ssh2 notes) or the client went on to
 *   another method
 */
async function askPassword(context: KeyboardAuthContext): Promise<string | undefined> {
  const answers: unknown = await new Promise((resolve) => {
    context.prompt([{ prompt: 'Password: ', echo: false }], (responses: unknown) => resolve(responses));
  });
  if (!Array.isArray(answers) || answers.length !== 1) return undefined;
  const [answer]: unknown[] = answers;
  return typeof answer === 'string' ? answer : undefined;
}
