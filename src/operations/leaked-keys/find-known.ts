import { z } from 'zod';
import { listKnownHashes } from '../../db/subscriptions/leaked-keys.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { keyHash, MAX_REPORTED } from './input.ts';

/** Those of these hashes that are of a key or a token here, or were when it was found in public. */
export const findKnownKeys = defineOperation({
  name: 'leaked-keys/find-known',
  allowed: SYSTEM,
  effect: 'read',
  input: { hashes: z.array(keyHash).max(MAX_REPORTED) },
  run: (act, { hashes }) => listKnownHashes(act.tx, { serviceId: act.service.id, hashes }),
});
