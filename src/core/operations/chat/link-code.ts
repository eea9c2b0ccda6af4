import { z } from 'zod';
import { emailField } from '../../identity/email.js';
import { newSecret } from '../../identity/secret.js';
import { setLinkCode } from '../../store/chat-people.js';
import { operation, OperationError } from '../operation.js';
import { heldUser, userItem, type UserItem } from '../users.js';

/** 1 hour: it is carried from one window to another. */
const LINK_CODE_MS = 60 * 60 * 1000;

export interface LinkCodeMade {
  readonly user: UserItem;
  /** Shown this once. */
  readonly code: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly binds: boolean;
}

export const linkCode = operation({
  name: 'link-code',
  summary: 'Give a code with which a user links their chat account, and binds its workspace where wanted',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: z.object({
    email: emailField,
    binds: z
      .boolean()
      .default(false)
      .describe('Bind the workspace where the code is used, so that its people can ask here'),
  }),
  run: ({ db, tenant, now, ...context }, { email, binds }): Promise<LinkCodeMade> =>
    db.within(tenant, async (session) => {
      const user = await heldUser({ db, tenant, now, ...context }, session, email);
      if (user.disabledAt !== null)
        throw new OperationError(
          'user-disabled',
          `${email} is locked out; let them in first: user enable ${email}`,
        );
      const { text, digest } = newSecret('link', tenant);
      const expiresAt = new Date(now().getTime() + LINK_CODE_MS);
      await setLinkCode(session, tenant, user.id, { digest, binds, expiresAt });
      return { user: userItem(user), code: text, expiresAt: expiresAt.toISOString(), binds };
    }),
});
