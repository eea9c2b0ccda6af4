import type { AllowedAddresses } from '../../core/alert/channel-address.js';

/** Webhooks that people give, and incoming webhooks of chat platforms. */
export type WebhookSettings = AllowedAddresses;
