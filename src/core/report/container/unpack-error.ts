/**
 * The bytes are not what their container promises: damaged, encrypted or of a kind that is not read. `code` and
 * `message` are shown to people as they are.
 */
export class UnpackError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'UnpackError';
    this.code = code;
  }
}

/** Nothing to report, whether said by an empty file or by a placeholder. */
export function emptyDocument(): UnpackError {
  return new UnpackError('document-empty', 'The file holds no report: it is empty or only a placeholder.');
}
