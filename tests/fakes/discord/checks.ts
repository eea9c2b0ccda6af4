import type { Json } from './json.js';
import { atMost, invalid, LIMITS, listAtMost, textOf } from './limits.js';

/** Refuses a modal that Discord would refuse; a field for text stands in a label. */
export function checkModal(modal: Json): void {
  atMost('data.custom_id', modal['custom_id'], LIMITS.customId, 1);
  atMost('data.title', modal['title'], LIMITS.modalTitle, 1);
  const parts = listAtMost('data.components', modal['components'], LIMITS.modalParts, 1);
  for (const [at, part] of parts.entries()) {
    const path = `data.components.${at}`;
    if (part['type'] !== 18) invalid(`${path}.type`, 'Value of field "type" must be one of (18,).');
    atMost(`${path}.label`, part['label'], LIMITS.modalLabel, 1);
    const input = (part['component'] ?? {}) as Json;
    if (input['type'] !== 4) invalid(`${path}.component.type`, 'Value of field "type" must be one of (4,).');
    atMost(`${path}.component.custom_id`, input['custom_id'], LIMITS.customId, 1);
    if (input['style'] !== 1 && input['style'] !== 2)
      invalid(`${path}.component.style`, 'Value of field "style" must be one of (1, 2).');
    const most = Number(input['max_length'] ?? LIMITS.inputText.most);
    if (most < 1 || most > LIMITS.inputText.most)
      invalid(
        `${path}.component.max_length`,
        `int value should be less than or equal to ${LIMITS.inputText.most}.`,
      );
  }
}

/** Whom a message mentions: those of its content that it may mention. */
export function mentionedBy(message: Json): readonly string[] {
  const allowed = message['allowed_mentions'] as
    { readonly parse?: readonly string[]; readonly users?: readonly string[] } | undefined;
  const { parse = [], users = [] } = allowed ?? { parse: ['users'] };
  if (users.length > LIMITS.mentions.most)
    invalid('allowed_mentions.users', `Must be ${LIMITS.mentions.most} or fewer in length.`);
  if (users.length > 0 && parse.includes('users'))
    invalid(
      'allowed_mentions',
      'parse:["users"] and users: [ids...] are mutually exclusive.',
      'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
    );
  const named = [...textOf(message['content']).matchAll(/<@!?(\d+)>/gu)].map(([, id = '']) => id);
  return named.filter((id) => parse.includes('users') || users.includes(id));
}
