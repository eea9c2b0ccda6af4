import { nearest } from '../core/analysis/nearest.js';
import { jsonBody } from './body.js';
import type { Call } from './call.js';
import { inputNames } from './input-schema.js';
import { HttpError } from './problem.js';
import { pathFields, type Route } from './route.js';

/**
 * The input of a route's operation: fields of the path, and of the query for GET and DELETE or of the JSON body for
 * the others. Throws HttpError for fields that it does not have: a filter with a typo would ask for everything.
 */
export async function inputOf(call: Call, route: Route): Promise<Readonly<Record<string, unknown>>> {
  const inPath = pathFields(route.path);
  const params = call['params'] as Readonly<Record<string, string>>;
  const beside = takesBody(route) ? await jsonBody(call.req) : queryOf(call);
  refuseUnknown(
    Object.keys(beside),
    inputNames(route.operation.input).filter((name) => !inPath.includes(name)),
  );
  return { ...beside, ...Object.fromEntries(inPath.map((name) => [name, params[name]])) };
}

/** Whether the input comes as a body. */
export function takesBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

/** The query as fields. Throws HttpError for a field that is given twice: which one is meant? */
export function queryOf(call: Call): Readonly<Record<string, string>> {
  const entries = [...new URLSearchParams(call.querystring)];
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new HttpError(400, 'field-twice', `The field ${twice.slice(0, 100)} is given more than once.`);
  return Object.fromEntries(entries);
}

/** Throws HttpError `field-unknown` with the nearest name. */
export function refuseUnknown(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))?.slice(0, 100);
  if (unknown === undefined) return;
  const near = nearest(unknown, [...known], 1);
  const hint = near[0] === undefined ? '' : ` Did you mean ${near[0]}?`;
  throw new HttpError(400, 'field-unknown', `There is no field ${unknown} here.${hint}`, {
    members: { suggestions: near, errors: [{ field: unknown, detail: 'is not known here' }] },
  });
}
