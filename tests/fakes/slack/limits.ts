/** What Slack refuses, each with where that is said. Not the constants of the product: these are read anew from Slack. */
export const LIMITS = {
  /** https://docs.slack.dev/block-kit */
  messageBlocks: 50,
  viewBlocks: 100,
  /** https://docs.slack.dev/reference/methods/chat.postMessage: msg_too_long over 40,000 characters. */
  text: 40_000,
  /** https://github.com/slackapi/bolt-js/issues/2509: msg_blocks_too_long somewhere over 13,172 characters of all blocks. */
  blocksText: 13_172,
  /** https://docs.slack.dev/reference/block-kit/blocks/header-block */
  header: 150,
  /** https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
  textObject: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/section-block */
  sectionFields: 10,
  field: 2_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/actions-block */
  actionElements: 25,
  /** https://docs.slack.dev/reference/block-kit/blocks/context-block */
  contextElements: 10,
  /** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
  buttonText: 75,
  buttonValue: 2_000,
  /** https://docs.slack.dev/reference/block-kit/blocks: block_id; and action_id of each element. */
  id: 255,
  /** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
  options: 100,
  placeholder: 150,
  /** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
  optionText: 75,
  optionValue: 150,
  /** https://docs.slack.dev/reference/block-kit/blocks/image-block */
  alt: 2_000,
  imageTitle: 2_000,
  imageUrl: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/table-block */
  tableRows: 100,
  tableColumns: 20,
  tables: 1,
  tableText: 10_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/input-block */
  inputLabel: 2_000,
  /** https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
  inputText: 3_000,
  /** https://docs.slack.dev/reference/views/modal-views */
  modalTitle: 24,
  privateMetadata: 3_000,
  modalButton: 24,
  callbackId: 255,
  /** https://docs.slack.dev/reference/methods/views.open: view_too_large over 250 kB. */
  viewBytes: 250_000,
  /** https://docs.slack.dev/interactivity/handling-user-interaction: a trigger is good for 3 s and once. */
  triggerMs: 3_000,
  /** The same page: an acknowledgement within 3 s; a response_url 5 times within 30 min. */
  acknowledgeMs: 3_000,
  responseUrlUses: 5,
  responseUrlMs: 30 * 60_000,
  /** https://docs.slack.dev/reference/methods/conversations.history */
  history: 999,
  /** https://docs.slack.dev/apis/web-api/rate-limits: a message a second and channel, short bursts allowed. */
  postBurst: 5,
  postPerSecond: 1,
} as const;

/** Calls a minute by tier (https://docs.slack.dev/apis/web-api/rate-limits). */
const TIER = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
/** From the page of each method. Messages have their own limit. */
export const METHOD_RATES: Readonly<Record<string, number>> = {
  'chat.postEphemeral': TIER[4],
  'chat.update': TIER[3],
  'conversations.history': TIER[3],
  'conversations.open': TIER[3],
  'conversations.replies': TIER[3],
  'files.completeUploadExternal': TIER[4],
  'files.getUploadURLExternal': TIER[4],
  'files.info': TIER[4],
  'users.info': TIER[4],
  'views.open': TIER[4],
  'views.publish': TIER[4],
};

/** Scopes that each method needs, from its page. */
export const METHOD_SCOPES: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.open': 'im:write',
  'files.completeUploadExternal': 'files:write',
  'files.getUploadURLExternal': 'files:write',
  'files.info': 'files:read',
  'users.info': 'users:read',
};

/** What is read of a channel needs a scope by its kind: https://docs.slack.dev/reference/methods/conversations.history */
export const HISTORY_SCOPES = {
  public: 'channels:history',
  private: 'groups:history',
  im: 'im:history',
} as const;
