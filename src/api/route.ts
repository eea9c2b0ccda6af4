import type { z } from 'zod';
import type { OpenOperation } from '../core/operations/open.js';
import type { Operation } from '../core/operations/operation.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Face<Result> {
  readonly method: Method;
  /** Below /v1, such as `/reports/{report}`; what stands in braces fills the input's field of that name. */
  readonly path: string;
  /** Status of success: 200 with the result, 201 for what was made, 204 without a body. */
  readonly status: 200 | 201 | 204;
  /** The result in JSON, for the API's description; an object of any shape when absent. */
  readonly result?: z.ZodType<Result>;
  /** Where, below /v1, what was made can be asked for. */
  location?(this: void, result: Result): string;
}

/** One address and method: a face of one operation. */
export type Route<Input extends z.ZodType = z.ZodType, Result = unknown> = Face<Result> &
  (
    | { readonly access: 'role'; readonly operation: Operation<Input, Result> }
    /** Needs no key or token, as it is how one comes by them. */
    | { readonly access: 'open'; readonly operation: OpenOperation<Input, Result> }
  );

type More<Result> = Partial<Pick<Face<Result>, 'status' | 'result' | 'location'>>;

/** A route for those who may; keeps the types of one route together. */
export function route<Input extends z.ZodType, Result>(
  method: Method,
  path: string,
  operation: Operation<Input, Result>,
  more: More<Result> = {},
): Route {
  return { access: 'role', method, path, operation, status: 200, ...more };
}

/** A route for everybody. */
export function openRoute<Input extends z.ZodType, Result>(
  method: Method,
  path: string,
  operation: OpenOperation<Input, Result>,
  more: More<Result> = {},
): Route {
  return { access: 'open', method, path, operation, status: 200, ...more };
}

/** Names in the braces of a path. */
export function pathFields(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? '');
}
