import { OperationError } from '../core/operations/operation.js';
import type { Call } from './call.js';

/** The API key or access token that a request shows (RFC 6750 §2.1). Throws OperationError `unauthenticated`. */
export function bearerOf(call: Call): string {
  const token = /^Bearer +([\w.~+/=-]+) *$/iu.exec(call.get('Authorization'))?.[1];
  if (token !== undefined) return token;
  throw new OperationError(
    'unauthenticated',
    'Show an API key or an access token: Authorization: Bearer TOKEN. dmarc-ops key create makes a key.',
  );
}
