/** What Discord refuses in what is sent to it: every limit with its source. */

const DOCS = 'https://docs.discord.com/developers';

export interface Limit {
  readonly most: number;
  readonly source: string;
}

export const LIMITS = {
  content: { most: 2_000, source: `${DOCS}/resources/message#create-message` },
  embeds: { most: 10, source: `${DOCS}/resources/message#create-message` },
  title: { most: 256, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  description: { most: 4_096, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  fields: { most: 25, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  fieldName: { most: 256, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  fieldValue: { most: 1_024, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  footer: { most: 2_048, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  author: { most: 256, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  embedTotal: { most: 6_000, source: `${DOCS}/resources/message#embed-object-embed-limits` },
  rows: { most: 5, source: `${DOCS}/components/reference#action-row` },
  buttons: { most: 5, source: `${DOCS}/components/reference#action-row` },
  customId: { most: 100, source: `${DOCS}/components/reference#anatomy-of-a-component` },
  label: { most: 80, source: `${DOCS}/components/reference#button` },
  options: { most: 25, source: `${DOCS}/components/reference#string-select` },
  optionText: { most: 100, source: `${DOCS}/components/reference#string-select` },
  placeholder: { most: 150, source: `${DOCS}/components/reference#string-select` },
  alt: { most: 1_024, source: `${DOCS}/resources/message#attachment-object` },
  files: { most: 10, source: `${DOCS}/reference#uploading-files` },
  fileBytes: { most: 10 * 2 ** 20, source: `${DOCS}/reference#uploading-files` },
  nonce: { most: 25, source: `${DOCS}/resources/message#create-message` },
  /** "The past few minutes" that a nonce is looked for. */
  nonceMs: { most: 300_000, source: `${DOCS}/resources/message#create-message` },
  mentions: { most: 100, source: `${DOCS}/resources/message#allowed-mentions-object` },
  /** Ids of components are of 32 bits, and no two of a message are the same. */
  componentId: { most: 2 ** 31 - 1, source: `${DOCS}/components/reference#anatomy-of-a-component` },
  recent: { most: 100, source: `${DOCS}/resources/message#get-channel-messages` },
  modalTitle: {
    most: 45,
    source: `${DOCS}/interactions/receiving-and-responding#interaction-response-object-modal`,
  },
  modalParts: {
    most: 5,
    source: `${DOCS}/interactions/receiving-and-responding#interaction-response-object-modal`,
  },
  modalLabel: { most: 45, source: `${DOCS}/components/reference#label` },
  inputText: { most: 4_000, source: `${DOCS}/components/reference#text-input` },
  commands: { most: 100, source: `${DOCS}/interactions/application-commands#registering-a-command` },
  commandOptions: {
    most: 25,
    source: `${DOCS}/interactions/application-commands#application-command-object`,
  },
  commandName: { most: 32, source: `${DOCS}/interactions/application-commands#application-command-object` },
  commandDescription: {
    most: 100,
    source: `${DOCS}/interactions/application-commands#application-command-object`,
  },
  choices: {
    most: 25,
    source: `${DOCS}/interactions/application-commands#application-command-object-application-command-option-structure`,
  },
  choiceText: {
    most: 100,
    source: `${DOCS}/interactions/application-commands#application-command-object-application-command-option-choice-structure`,
  },
  commandTotal: {
    most: 8_000,
    source: `${DOCS}/interactions/application-commands#application-command-object`,
  },
  acknowledgeMs: {
    most: 3_000,
    source: `${DOCS}/interactions/receiving-and-responding#responding-to-an-interaction`,
  },
  tokenMs: { most: 15 * 60_000, source: `${DOCS}/interactions/receiving-and-responding#followup-messages` },
  globalPerSecond: { most: 50, source: `${DOCS}/topics/rate-limits#global-rate-limit` },
  invalidPerTenMinutes: {
    most: 10_000,
    source: `${DOCS}/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans`,
  },
  gatewayEventsPerMinute: { most: 120, source: `${DOCS}/events/gateway#rate-limiting` },
  gatewayBytes: { most: 4_096, source: `${DOCS}/events/gateway#sending-events` },
  identifyEveryMs: { most: 5_000, source: `${DOCS}/events/gateway#session-start-limit-object` },
  /** Error 30046; Discord names the age alone, so the number of edits is a guess on the careful side. */
  editsOfOld: { most: 3, source: `${DOCS}/topics/opcodes-and-status-codes#json-json-error-codes` },
  /** Not documented, for limits of routes are told by headers alone; these are what bots see. */
  channelMessages: { most: 5, source: `${DOCS}/topics/rate-limits#header-format` },
  webhookMessages: { most: 5, source: `${DOCS}/topics/rate-limits#header-format` },
} as const satisfies Readonly<Record<string, Limit>>;

/** The body of an answer that refuses. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: unknown;

  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

import type { Json } from './json.js';

/** Refuses a form as Discord does, with the path of what is wrong in it. */
export function invalid(path: string, message: string, code = 'BASE_TYPE_BAD'): never {
  const errors = path
    .split('.')
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), { _errors: [{ code, message }] });
  throw new Refusal(400, 50_035, 'Invalid Form Body', errors);
}

export function atMost(path: string, value: unknown, limit: Limit, least = 0): string {
  if (value === undefined || value === null) {
    if (least > 0) invalid(path, 'This field is required', 'BASE_TYPE_REQUIRED');
    return '';
  }
  if (typeof value !== 'string') invalid(path, 'Could not interpret as string.', 'STRING_TYPE_CONVERT');
  if (value.length > limit.most || value.length < least)
    invalid(path, `Must be between ${least} and ${limit.most} in length.`, 'BASE_TYPE_BAD_LENGTH');
  return value;
}

export function listAtMost(path: string, value: unknown, limit: Limit, least = 0): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) invalid(path, 'Only iterables may be used in a ListType', 'LIST_TYPE_CONVERT');
  const list = value as readonly Json[];
  if (list.length > limit.most || list.length < least)
    invalid(path, `Must be between ${least} and ${limit.most} in length.`, 'BASE_TYPE_BAD_LENGTH');
  return list;
}

export interface GivenFile {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Refuses a message that Discord would refuse. */
export function checkMessage(message: Json, files: readonly GivenFile[]): void {
  atMost('content', message['content'], LIMITS.content);
  const embeds = listAtMost('embeds', message['embeds'], LIMITS.embeds);
  const total = embeds.reduce((sum, embed, at) => sum + checkEmbed(embed, `embeds.${at}`, message), 0);
  if (total > LIMITS.embedTotal.most)
    invalid(
      'embeds',
      `Embed size exceeds maximum size of ${LIMITS.embedTotal.most}`,
      'MAX_EMBED_SIZE_EXCEEDED',
    );
  checkComponents(message['components']);
  checkFiles(message, files);
  const isEmpty = !message['content'] && embeds.length === 0 && files.length === 0;
  if (isEmpty) throw new Refusal(400, 50_006, 'Cannot send an empty message');
}

function checkEmbed(embed: Json, path: string, message: Json): number {
  const part = (key: string, within: string) => (embed[key] as Json | undefined)?.[within];
  const texts = [
    atMost(`${path}.title`, embed['title'], LIMITS.title),
    atMost(`${path}.description`, embed['description'], LIMITS.description),
    atMost(`${path}.footer.text`, part('footer', 'text'), LIMITS.footer),
    atMost(`${path}.author.name`, part('author', 'name'), LIMITS.author),
    ...listAtMost(`${path}.fields`, embed['fields'], LIMITS.fields).flatMap((field, at) => [
      atMost(`${path}.fields.${at}.name`, field['name'], LIMITS.fieldName, 1),
      atMost(`${path}.fields.${at}.value`, field['value'], LIMITS.fieldValue, 1),
    ]),
  ];
  const url = part('image', 'url');
  if (typeof url === 'string' && url.startsWith('attachment://')) {
    const names =
      (message['attachments'] as readonly Json[] | undefined)?.map((one) => one['filename']) ?? [];
    if (!names.includes(url.slice('attachment://'.length)))
      invalid(
        `${path}.image.url`,
        `Referenced attachment "${url}" was not found`,
        'REFERENCED_ATTACHMENT_NOT_FOUND',
      );
  } else if (url !== undefined && !(typeof url === 'string' && /^https?:/u.test(url)))
    invalid(`${path}.image.url`, 'Not a well formed URL.');
  if (texts.every((text) => text.trim() === '') && url === undefined)
    invalid(`${path}.description`, 'This field is required', 'BASE_TYPE_REQUIRED');
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function checkComponentId(one: Json, path: string, seen: Set<unknown>): void {
  const id = one['id'];
  if (id === undefined || id === 0) return;
  if (!Number.isInteger(id) || Number(id) < 0 || Number(id) > LIMITS.componentId.most)
    invalid(`${path}.id`, 'int32 value expected.', 'NUMBER_TYPE_MAX');
  if (seen.has(id)) invalid(`${path}.id`, 'Component id cannot be duplicated', 'COMPONENT_ID_DUPLICATED');
  seen.add(id);
}

function checkComponents(value: unknown): void {
  const ids = new Set<unknown>();
  const numbers = new Set<unknown>();
  for (const [at, row] of listAtMost('components', value, LIMITS.rows).entries()) {
    const path = `components.${at}.components`;
    checkComponentId(row, `components.${at}`, numbers);
    if (row['type'] !== 1) invalid(`components.${at}.type`, 'Value of field "type" must be one of (1,).');
    const parts = listAtMost(path, row['components'], LIMITS.buttons, 1);
    if (parts.some((part) => part['type'] === 3) && parts.length > 1)
      invalid(path, 'A row holds one select menu and nothing beside it.', 'COMPONENT_LAYOUT_WIDTH_EXCEEDED');
    for (const [place, part] of parts.entries()) {
      checkComponent(part, `${path}.${place}`);
      checkComponentId(part, `${path}.${place}`, numbers);
      if (ids.has(part['custom_id']))
        invalid(
          `${path}.${place}.custom_id`,
          'Component custom id cannot be duplicated',
          'COMPONENT_CUSTOM_ID_DUPLICATED',
        );
      ids.add(part['custom_id']);
    }
  }
}

function checkComponent(part: Json, path: string): void {
  atMost(`${path}.custom_id`, part['custom_id'], LIMITS.customId, 1);
  if (part['type'] === 2) {
    atMost(`${path}.label`, part['label'], LIMITS.label, 1);
    return;
  }
  if (part['type'] !== 3) invalid(`${path}.type`, 'Value of field "type" must be one of (2, 3).');
  atMost(`${path}.placeholder`, part['placeholder'], LIMITS.placeholder);
  const options = listAtMost(`${path}.options`, part['options'], LIMITS.options, 1);
  for (const [at, option] of options.entries()) {
    atMost(`${path}.options.${at}.label`, option['label'], LIMITS.optionText, 1);
    atMost(`${path}.options.${at}.value`, option['value'], LIMITS.optionText, 1);
  }
  if (new Set(options.map((option) => option['value'])).size < options.length)
    invalid(
      `${path}.options`,
      'The specified option value is already used',
      'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
    );
  if (options.filter((option) => option['default'] === true).length > Number(part['max_values'] ?? 1))
    invalid(`${path}.options`, 'Too many default options', 'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES');
}

function checkFiles(message: Json, files: readonly GivenFile[]): void {
  if (files.length > LIMITS.files.most)
    throw new Refusal(400, 30_015, 'Maximum number of attachments in a message reached (10)');
  for (const { bytes } of files)
    if (bytes.length > LIMITS.fileBytes.most) throw new Refusal(413, 40_005, 'Request entity too large');
  for (const [at, attachment] of listAtMost('attachments', message['attachments'], LIMITS.files).entries()) {
    atMost(`attachments.${at}.description`, attachment['description'], LIMITS.alt);
    if (!files.some(({ key }) => key === `files[${String(attachment['id'])}]`))
      invalid(`attachments.${at}.id`, 'Attachment data not found', 'ATTACHMENT_NOT_FOUND');
  }
}

/** Refuses application commands that Discord would refuse. */
export function checkCommands(value: unknown): readonly Json[] {
  const commands = listAtMost('commands', value, LIMITS.commands);
  for (const [at, command] of commands.entries()) {
    checkNamed(command, String(at));
    checkOptions(command['options'], `${at}.options`, 0);
    if (sizeOf(command) > LIMITS.commandTotal.most)
      invalid(
        String(at),
        `Command exceeds maximum size (${LIMITS.commandTotal.most})`,
        'APPLICATION_COMMAND_TOO_LARGE',
      );
  }
  if (new Set(commands.map((command) => command['name'])).size < commands.length)
    invalid('commands', 'Application command names must be unique', 'APPLICATION_COMMANDS_DUPLICATE_NAME');
  return commands;
}

const COMMAND_NAME = /^[-_'\p{Ll}\p{N}]+$/u;

function checkNamed(one: Json, path: string): void {
  const name = atMost(`${path}.name`, one['name'], LIMITS.commandName, 1);
  if (!COMMAND_NAME.test(name))
    invalid(`${path}.name`, 'Command name is invalid', 'APPLICATION_COMMAND_INVALID_NAME');
  atMost(`${path}.description`, one['description'], LIMITS.commandDescription, 1);
}

function checkOptions(value: unknown, path: string, depth: number): void {
  const options = listAtMost(path, value, LIMITS.commandOptions);
  if (new Set(options.map((option) => option['name'])).size < options.length)
    invalid(path, 'Option names must be unique', 'APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE');
  let isOptional = false;
  for (const [at, option] of options.entries()) {
    const own = `${path}.${at}`;
    checkNamed(option, own);
    const type = Number(option['type']);
    const isNest = type === 1 || type === 2;
    if (isNest && depth + (type === 1 ? 1 : 0) > 2)
      invalid(`${own}.type`, 'Sub-command option invalid here', 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID');
    if (type === 2 && depth > 0)
      invalid(
        `${own}.type`,
        'Sub-command-group option invalid here',
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      );
    if (!isNest && options.some((other) => other['type'] === 1 || other['type'] === 2))
      invalid(
        path,
        'Sub-commands and other options cannot be mixed',
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      );
    if (isNest) checkOptions(option['options'], `${own}.options`, depth + 1);
    if (!isNest && option['required'] === true && isOptional)
      invalid(
        path,
        'Required options must be placed before non-required options',
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
      );
    isOptional ||= !isNest && option['required'] !== true;
    const choices = listAtMost(`${own}.choices`, option['choices'], LIMITS.choices);
    for (const [place, choice] of choices.entries()) {
      atMost(`${own}.choices.${place}.name`, choice['name'], LIMITS.choiceText, 1);
      atMost(`${own}.choices.${place}.value`, choice['value'], LIMITS.choiceText, 1);
    }
    if (choices.length > 0 && option['autocomplete'] === true)
      invalid(
        own,
        'Choices and autocomplete exclude each other',
        'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID',
      );
  }
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function sizeOf(one: Json): number {
  const lists = ['options', 'choices'].flatMap((key) => (one[key] as readonly Json[] | undefined) ?? []);
  const own = ['name', 'description', 'value'].map((key) => textOf(one[key]).length);
  return [...own, ...lists.map(sizeOf)].reduce((sum, size) => sum + size, 0);
}

/** Refuses choices for what is typed that Discord would refuse. */
export function checkChoices(value: unknown): readonly Json[] {
  const choices = listAtMost('data.choices', value, LIMITS.choices);
  for (const [at, choice] of choices.entries()) {
    atMost(`data.choices.${at}.name`, choice['name'], LIMITS.choiceText, 1);
    atMost(`data.choices.${at}.value`, choice['value'], LIMITS.choiceText);
  }
  return choices;
}
