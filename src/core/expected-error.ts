import { hideSecrets } from './identity/secret.js';

/** Trouble that people can mend: a code such as `database-gone`, and one sentence that says what to do next, without secrets of ours. */
export class ExpectedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(hideSecrets(message), options);
    this.name = new.target.name;
    this.code = code;
  }
}
