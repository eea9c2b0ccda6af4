/** Messages as Discord takes them, as far as we use them. https://docs.discord.com/developers/resources/message */

export interface Embed {
  readonly title?: string;
  readonly description?: string;
  readonly color?: number;
  readonly author?: { readonly name: string };
  readonly footer?: { readonly text: string };
  readonly image?: { readonly url: string };
}

export interface ButtonComponent {
  readonly type: 2;
  readonly style: 1 | 2;
  readonly label: string;
  readonly custom_id: string;
}

export interface SelectComponent {
  readonly type: 3;
  readonly custom_id: string;
  readonly placeholder: string;
  readonly min_values: 0 | 1;
  readonly max_values: 1;
  readonly options: readonly { readonly label: string; readonly value: string; readonly default?: boolean }[];
}

export interface ActionRow {
  readonly type: 1;
  /** Of 32 bits; kept in the message: https://docs.discord.com/developers/components/reference#anatomy-of-a-component */
  readonly id?: number;
  readonly components: readonly (ButtonComponent | SelectComponent)[];
}

export interface Message {
  readonly content: string;
  readonly embeds: readonly Embed[];
  readonly components: readonly ActionRow[];
  /** Nobody is mentioned but by their id here. */
  readonly allowed_mentions: { readonly parse: readonly []; readonly users?: readonly string[] };
  /** Those that are sent with it; on an edit, all that the message shall have. */
  readonly attachments: readonly {
    readonly id: number;
    readonly filename: string;
    readonly description?: string;
  }[];
}

/** Limits of https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
export const EMBED_LIMITS = {
  title: 256,
  description: 4_096,
  footer: 2_048,
  author: 256,
  /** Of titles, descriptions, footers, authors and fields of all embeds of a message. */
  total: 6_000,
  embeds: 10,
} as const;
/** https://docs.discord.com/developers/components/reference#button and #string-select */
export const COMPONENT_LIMITS = {
  rows: 5,
  buttons: 5,
  customId: 100,
  label: 80,
  options: 25,
  optionText: 100,
  placeholder: 150,
} as const;
/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal, and components/reference#label */
export const MODAL_LIMITS = { title: 45, label: 45 } as const;
/** https://docs.discord.com/developers/resources/message#attachment-object */
export const LONGEST_ALT = 1_024;

/** Characters of the embeds that count. */
export function charactersOf(embeds: readonly Embed[]): number {
  return embeds.reduce(
    (sum, { title = '', description = '', footer, author }) =>
      sum + title.length + description.length + (footer?.text.length ?? 0) + (author?.name.length ?? 0),
    0,
  );
}
