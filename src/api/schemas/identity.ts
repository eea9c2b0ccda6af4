import { z } from 'zod';
import { ROLES } from '../../core/operations/operation.js';
import { count, moment, named, next, range } from './parts.js';

const role = z.enum(ROLES);

const tokenFields = {
  accessToken: z.string(),
  expiresIn: count.meta({ description: 'Seconds' }),
  refreshToken: z.string().meta({ description: 'Good once; what comes back brings the next' }),
  refreshExpiresAt: moment,
};

export const tokens = z.object(tokenFields).register(named, { id: 'Tokens' });

export const signedIn = z
  .object({ ...tokenFields, user: z.object({ email: z.string(), name: z.string(), role }) })
  .register(named, { id: 'SignedIn' });

const user = z
  .object({
    email: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    passwordSet: z.boolean(),
    createdAt: moment,
    lastSignIn: moment.nullable(),
  })
  .register(named, { id: 'User' });

const setup = z
  .object({
    code: z.string().meta({ description: 'With which the person sets the password; shown this once' }),
    expiresAt: moment,
  })
  .register(named, { id: 'SetupCode' });

export const usersResult = z.object({ items: z.array(user), next }).register(named, { id: 'Users' });
export const userCreated = z.object({ user, setup }).register(named, { id: 'UserCreated' });
export const userChanged = z
  .object({ user, changed: z.boolean(), roleBefore: role })
  .register(named, { id: 'UserChanged' });
export const userReset = z
  .object({ user, ended: count, keysRevoked: count, linksEnded: count, setup })
  .register(named, { id: 'UserReset' });

const key = z
  .object({
    name: z.string(),
    role,
    owner: z.string().nullable(),
    createdAt: moment,
    expiresAt: moment.nullable(),
    lastUsed: moment.nullable(),
  })
  .register(named, { id: 'Key' });

export const keysResult = z.object({ items: z.array(key), next }).register(named, { id: 'Keys' });
export const keyCreated = z
  .object({ key: z.string().meta({ description: 'Shown this once' }), item: key })
  .register(named, { id: 'KeyCreated' });

export const auditResult = z
  .object({
    range,
    items: z.array(
      z.object({
        id: count,
        at: moment,
        actor: z.object({ id: z.string(), name: z.string() }),
        operation: z.string(),
        input: z.record(z.string(), z.unknown()),
        outcome: z.string(),
      }),
    ),
    next,
  })
  .register(named, { id: 'Audit' });

export const signedOut = z.object({ ended: count }).register(named, { id: 'SignedOut' });
export const passwordChanged = z
  .object({ ended: count.meta({ description: 'Other sign-ins that ended' }) })
  .register(named, { id: 'PasswordChanged' });
