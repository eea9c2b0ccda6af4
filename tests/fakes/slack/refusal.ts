export type Args = Readonly<Record<string, unknown>>;
export type Given = Readonly<Record<string, unknown>>;

/** Why a method refuses; `messages` are its response_metadata. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly messages: readonly string[] = [],
    readonly more: Given = {},
  ) {
    super(code);
  }
}
