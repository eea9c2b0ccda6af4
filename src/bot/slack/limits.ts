/** What Slack takes; the stand-in for Slack in tests refuses what is over. */

/** docs.slack.dev/block-kit: blocks of a message, and of a modal or Home tab. */
export const MESSAGE_BLOCKS = 50;
export const VIEW_BLOCKS = 100;
/**
 * slackapi/bolt-js#2509: messages whose texts are over about 13,200 characters in all are refused with
 * msg_blocks_too_long, although each block is within its own limit.
 */
export const MESSAGE_TEXT = 13_000;
/** docs.slack.dev/reference/block-kit/blocks/header-block */
export const HEADER_TEXT = 150;
/** docs.slack.dev/reference/block-kit/composition-objects/text-object */
export const TEXT = 3_000;
/** docs.slack.dev/reference/block-kit/blocks/section-block */
export const SECTION_FIELDS = 10;
export const FIELD_TEXT = 2_000;
/** docs.slack.dev/reference/block-kit/blocks/actions-block */
export const ACTIONS_ELEMENTS = 25;
/** docs.slack.dev/reference/block-kit/blocks/context-block */
export const CONTEXT_ELEMENTS = 10;
/** docs.slack.dev/reference/block-kit/block-elements/button-element */
export const BUTTON_TEXT = 75;
export const BUTTON_VALUE = 2_000;
/** docs.slack.dev/reference/block-kit/blocks (action_id and block_id) */
export const ID = 255;
/** docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
export const SELECT_OPTIONS = 100;
export const PLACEHOLDER = 150;
/** docs.slack.dev/reference/block-kit/composition-objects/option-object: 75 in older words, 150 in newer ones. */
export const OPTION_TEXT = 75;
export const OPTION_VALUE = 75;
/** docs.slack.dev/reference/block-kit/blocks/image-block */
export const IMAGE_ALT = 2_000;
export const IMAGE_TITLE = 2_000;
/** docs.slack.dev/reference/block-kit/blocks/table-block; a message holds one, and its cells 10,000 characters in all. */
export const TABLE_ROWS = 100;
export const TABLE_COLUMNS = 20;
export const TABLES = 1;
export const TABLE_TEXT = 10_000;
/** docs.slack.dev/reference/views/modal-views */
export const MODAL_TITLE = 24;
export const PRIVATE_METADATA = 3_000;
/** docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element: max_length is at most this. */
export const ASKED_TEXT = 3_000;
export const VIEW_BYTES = 250_000;
/** docs.slack.dev/interactivity/handling-user-interaction: uses of a response_url, and how long it lasts. */
export const RESPONSE_URL_USES = 5;
export const RESPONSE_URL_MS = 30 * 60_000;
