import { z } from 'zod';
import type { Operation } from '../core/operations/operation.js';
import { EXPORTS } from './exports.js';
import { inputSchema, type InputSchema } from './input-schema.js';
import { takesBody } from './input.js';
import { pathFields, type Route } from './route.js';
import { ROUTES } from './routes.js';
import { named } from './schemas/parts.js';
import { uploadResult } from './schemas/reports.js';
import { BASE } from './serve-routes.js';

type Json = Readonly<Record<string, unknown>>;
type Named = Pick<Operation, 'name' | 'summary' | 'input'>;

const SCHEMAS = '#/components/schemas/';
const DESCRIPTION =
  'DMARC reports: what came in, what they say, and who sends mail in the name of a domain. Show an API key or an access token as a bearer. Errors are problem documents (RFC 9457).';

/** The API in the words of OpenAPI 3.1, made from the operations. */
export function openApi(version: string): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'dmarc-ops', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, or an access token from sign-in',
        },
      },
      responses: { Problem: problemResponse() },
      schemas: { ...schemas(), Problem: PROBLEM },
    },
  };
}

function paths(): Json {
  const entries: [path: string, method: string, described: Json][] = [
    ...ROUTES.map((route): [string, string, Json] => [
      `${BASE}${route.path}`,
      route.method.toLowerCase(),
      describeRoute(route),
    ]),
    [`${BASE}/reports`, 'post', describeUpload()],
    ...EXPORTS.map(({ file, operation }): [string, string, Json] => [
      `${BASE}/exports/${file}`,
      'get',
      describeExport(operation),
    ]),
  ];
  const byPath = new Map<string, Record<string, Json>>();
  for (const [path, method, described] of entries)
    byPath.set(path, { ...byPath.get(path), [method]: described });
  return Object.fromEntries(byPath);
}

function describeRoute(route: Route): Json {
  const input = inputSchema(route.operation.input);
  const inPath = pathFields(route.path);
  const beside = Object.keys(input.properties).filter((name) => !inPath.includes(name));
  const parameter = (name: string, place: 'path' | 'query') =>
    describeParameter(route.operation, name, place);
  return {
    ...describeOperation(route.operation, route.access === 'role' ? accessTo(route.operation) : null),
    parameters: [
      ...inPath.map((name) => parameter(name, 'path')),
      ...(takesBody(route) ? [] : beside.map((name) => parameter(name, 'query'))),
    ],
    ...(takesBody(route) && beside.length > 0 && { requestBody: describeBody(beside, input) }),
    responses: {
      [route.status]: route.status === 204 ? { description: 'Done' } : jsonAnswer(route.result),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function accessTo({ role, personal }: Operation): string {
  return personal === true
    ? `Needs the role ${role}, and a person who signed in: no API key.`
    : `Needs the role ${role}.`;
}

function describeOperation({ name, summary }: Named, access: string | null): Json {
  return {
    operationId: name,
    summary,
    ...(access === null ? { security: [] } : { description: access }),
  };
}

function describeParameter(operation: Named, name: string, place: 'path' | 'query'): Json {
  const { properties, required } = inputSchema(operation.input);
  const { description, ...schema } = { ...properties[name] } as { description?: string };
  return {
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  };
}

function describeBody(names: readonly string[], { properties, required, minProperties }: InputSchema): Json {
  const needed = names.filter((name) => required.includes(name));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    ...(needed.length > 0 && { required: needed }),
    ...(minProperties > 0 && { minProperties }),
    additionalProperties: false,
  };
  return { required: needed.length > 0 || minProperties > 0, content: { 'application/json': { schema } } };
}

function describeUpload(): Json {
  const bytes = { type: 'string', contentMediaType: 'application/octet-stream' };
  return {
    operationId: 'upload',
    summary: 'Take in reports: files as they are, in any container',
    description: 'Needs the role analyst. Answers when the bytes are kept; tasks tell what becomes of them.',
    parameters: [
      {
        name: 'name',
        in: 'query',
        required: false,
        description: 'File name of a raw body',
        schema: { type: 'string' },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: { file: { type: 'array', items: bytes } },
            required: ['file'],
          },
        },
        'application/octet-stream': { schema: bytes },
      },
    },
    responses: { 202: jsonAnswer(uploadResult), default: { $ref: '#/components/responses/Problem' } },
  };
}

function describeExport(operation: Operation): Json {
  return {
    ...describeOperation(operation, operation.role),
    parameters: Object.keys(inputSchema(operation.input).properties).map((name) =>
      describeParameter(operation, name, 'query'),
    ),
    responses: {
      200: {
        description: 'One row a line, with a header row',
        content: { 'text/csv': { schema: { type: 'string' } } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function jsonAnswer(result: z.ZodType | undefined): Json {
  const id = result === undefined ? undefined : named.get(result)?.id;
  const schema =
    id === undefined ? { type: 'object', additionalProperties: true } : { $ref: `${SCHEMAS}${id}` };
  return { description: 'Done', content: { 'application/json': { schema } } };
}

/** All results by name; references between them as OpenAPI writes them. */
function schemas(): Json {
  const made = z.toJSONSchema(named, {
    uri: (id) => `${SCHEMAS}${id}`,
    unrepresentable: 'any',
    io: 'output',
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, schema]) => {
      const { $schema: _dialect, $id: _id, ...rest } = schema as Record<string, unknown>;
      return [id, rest];
    }),
  );
}

const PROBLEM: Json = {
  type: 'object',
  description: 'What went wrong (RFC 9457), and what to do',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What went wrong, and what to do' },
    code: { type: 'string', description: 'Stable name of the problem' },
    id: { type: 'string', description: 'Id of the request, as in the log' },
    suggestions: { type: 'array', items: { type: 'string' }, description: 'What was likely meant' },
    errors: {
      type: 'array',
      description: 'What is wrong with the input',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
        required: ['field', 'detail'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'id'],
};

function problemResponse(): Json {
  return {
    description: 'A problem document',
    content: { 'application/problem+json': { schema: { $ref: `${SCHEMAS}Problem` } } },
  };
}
