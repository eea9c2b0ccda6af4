import { z } from 'zod';
import { ROLES } from '../../core/operations/operation.js';
import { count, moment, named } from './parts.js';

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
