import type { ChatPerson } from '../platform.js';
import type { Connector, Member } from './connector.js';
import type { Activity } from './activity.js';

/** UPNs of guests hold this: https://learn.microsoft.com/entra/external-id/user-properties */
const GUEST = '#EXT#';

/** Who said it, by their id in Microsoft Entra ID, which stays the same when the bot is set up anew. */
export function personOf(
  { from, conversation, serviceUrl }: Activity,
  tenantId: string,
  connector: Connector,
): ChatPerson {
  return {
    id: from.aadObjectId ?? from.id,
    name: from.name ?? '',
    email: async () =>
      confirmedEmail(
        await connector.member({ serviceUrl, conversation: conversation.id }, from.id),
        tenantId,
      ),
  };
}

/**
 * The address of a full member of this tenant; null for guests and strangers. It is the account's own name, whose domain
 * Microsoft has seen to be the tenant's; the mailbox's address beside it is whatever somebody wrote there.
 * https://learn.microsoft.com/entra/identity-platform/claims-validation#validate-the-subject
 */
export function confirmedEmail(
  { tenantId, userPrincipalName, userRole }: Member,
  own: string,
): string | null {
  if (tenantId?.toLowerCase() !== own || typeof userPrincipalName !== 'string') return null;
  if (userPrincipalName.toUpperCase().includes(GUEST) || isGuest(userRole)) return null;
  return userPrincipalName.includes('@') ? userPrincipalName : null;
}

/** `guest` or `anonymous`; Teams says `user` of members. */
function isGuest(role: string | null | undefined): boolean {
  return typeof role === 'string' && role !== '' && role.toLowerCase() !== 'user';
}
