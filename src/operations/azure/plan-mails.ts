// Takes in the texts of mails, and who is mailed about what developers do.
import { EXISTS } from '../../domain/azure-mirror.ts';
import { NOTIFICATION_NAMES } from '../../domain/notifications.ts';
import { TEMPLATES } from '../../mail/templates/catalog.ts';
import { addNotificationRecipient } from '../notifications/add-recipient.ts';
import { removeNotificationRecipient } from '../notifications/remove-recipient.ts';
import { restoreDefaultTemplate } from '../templates/restore-default.ts';
import { saveTemplate } from '../templates/save.ts';
import type { Planner } from './planned-change.ts';

export const planTemplate: Planner<'template'> = (draft, { azureId, theirs }) => {
  const template = TEMPLATES.find(({ name }) => name.toLowerCase() === azureId.toLowerCase())?.name;
  if (template === undefined) return draft.refuse(EXISTS, 'nothing here sends such a mail');
  if (!theirs) return draft.step(restoreDefaultTemplate, { template }, [EXISTS]);
  const { subject, body } = theirs;
  const text = draft.takes(EXISTS) ? { subject, body } : draft.taken({ subject, body });
  if (Object.keys(text).length > 0)
    draft.step(saveTemplate, { template, ...text, syntax: 'xhtml' }, [EXISTS, ...Object.keys(text)]);
};

export const planNotification: Planner<'notification'> = (draft, { azureId, ours, theirs }, of) => {
  const notification = NOTIFICATION_NAMES.find((name) => name.toLowerCase() === azureId.toLowerCase());
  if (notification === undefined || !theirs) return;
  for (const field of ['users', 'emails'] as const) {
    if (!draft.takes(field, EXISTS)) continue;
    const [here, there] = [ours?.[field] ?? [], theirs[field]];
    const without = (some: string[], others: string[]) =>
      some.filter((one) => !others.some((other) => other.toLowerCase() === one.toLowerCase()));
    for (const one of without(there, here)) {
      const recipient = recipientOf(field, one);
      if (recipient) draft.step(addNotificationRecipient, { notification, ...recipient }, [field, EXISTS]);
      else draft.refuse(field, `the account ${one} is not here`);
    }
    for (const one of without(here, there)) {
      const recipient = recipientOf(field, one);
      if (recipient) draft.step(removeNotificationRecipient, { notification, ...recipient }, [field]);
    }
  }
  function recipientOf(field: 'users' | 'emails', one: string) {
    if (field === 'emails') return { email: one };
    const accountId = of.idOf('account', one);
    return accountId === null ? null : { accountId };
  }
};
