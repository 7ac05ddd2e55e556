import { z } from 'zod';
import { listMailTexts } from '../../db/outbox/mails.ts';
import { TEMPLATES } from '../../mail/templates/catalog.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';

/** Every mail template with its title, whether anything sends it, and whether its text is still the default. */
export const listTemplates = defineOperation({
  name: 'templates/list',
  allowed: ADMINS,
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const kept = await listMailTexts(act.tx, act.service.id);
    return TEMPLATES.map(({ name, title, description, isInUse }) => ({
      name,
      title,
      description,
      isInUse,
      isDefault: !kept.get(name)?.text,
    }));
  },
});
