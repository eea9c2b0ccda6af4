import { readSecrets } from '../../identity/secret.js';
import { addAudit } from '../../store/audit.js';
import { dropLinkCode } from '../../store/chat-people.js';
import { storable } from '../../store/text.js';
import type { SystemContext } from '../operation.js';
import type { ChatHere } from './here.js';

const NAME_LENGTH = 200;

/**
 * Takes back the codes that stand in what somebody wrote, in whatever tenant they are good: others may have read them
 * there. Each stands in the audit of its tenant. Gives how many were good until now; one that linked somebody was used
 * up by that.
 */
export async function voidCodes({ db, now }: SystemContext, here: ChatHere, text: string): Promise<number> {
  const { platform, workspace, person, personName } = here;
  let count = 0;
  for (const { tenant, digest } of readSecrets('link', text))
    await db.within(tenant, async (session) => {
      if (!(await dropLinkCode(session, tenant, digest))) return;
      count += 1;
      await addAudit(session, tenant, {
        at: now(),
        actorId: `${platform}:${person}`,
        actorName: storable(personName.slice(0, NAME_LENGTH)),
        operation: 'link',
        input: { platform, workspace, person },
        outcome: 'link-code-shown',
      });
    });
  return count;
}
