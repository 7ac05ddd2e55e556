// Azure's notifications: who is mailed about an event.
import { DomainError } from '../domain/domain-error.ts';
import { canonicalEmail } from '../domain/email-address.ts';
import { findNotification, type NotificationName } from '../domain/notifications.ts';
import { ADMINISTRATOR_ID, type ProgramAccount } from '../operations/accounts/administrator.ts';
import { readAccount } from '../operations/accounts/read.ts';
import { addNotificationRecipient } from '../operations/notifications/add-recipient.ts';
import { listNotifications } from '../operations/notifications/list.ts';
import { removeNotificationRecipient } from '../operations/notifications/remove-recipient.ts';
import { type Address, resourceId as idOf, resourceFields } from './address.ts';
import { ManagementError } from './management-error.ts';
import { listResponse } from './page.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
} from './route.ts';

const NOTIFICATION = 'notifications/{notification}';

export const NOTIFICATION_ROUTES: Route[] = [
  ...readRoutes('Notification_ListByService', 'notifications', list),
  ...readRoutes('Notification_Get', NOTIFICATION, show),
  // Azure's has no body, and returns the notification.
  ...changeRoutes(NOTIFICATION, {
    PUT: ['Notification_CreateOrUpdate', addNotificationRecipient, putNotification],
  }),
  ...recipientRoutes('NotificationRecipientEmail', 'recipientEmails', 'email'),
  ...recipientRoutes('NotificationRecipientUser', 'recipientUsers', 'userId'),
];

type Notification = Awaited<ReturnType<typeof listNotifications>>['notifications'][number];
type Kind = 'recipientEmails' | 'recipientUsers';

function recipientRoutes(azureName: string, kind: Kind, param: string): Route[] {
  const path = `${NOTIFICATION}/${kind}/{${param}}`;
  return [
    ...readRoutes(`${azureName}_ListByNotification`, `${NOTIFICATION}/${kind}`, (r) =>
      listRecipients(r, kind),
    ),
    {
      method: 'HEAD',
      path,
      operation: `${azureName}_CheckEntityExists`,
      run: (r) => checkRecipient(r, kind),
    },
    ...changeRoutes(path, {
      PUT: [`${azureName}_CreateOrUpdate`, addNotificationRecipient, (r) => addRecipient(r, kind)],
      DELETE: [`${azureName}_Delete`, removeNotificationRecipient, (r) => removeRecipient(r, kind)],
    }),
  ];
}

function viewNotification(address: Address, { name, title, description, ...of }: Notification) {
  const users = of.users.map(({ resourceId }) => idOf(address, 'users', resourceId));
  return {
    ...resourceFields(address, 'notifications', name),
    properties: { title, description, recipients: { emails: of.emails, users } },
  };
}

function viewRecipient(address: Address, notification: string, kind: Kind, recipient: string) {
  return {
    ...resourceFields(address, 'notifications', notification, kind, recipient),
    properties:
      kind === 'recipientEmails' ? { email: recipient } : { userId: idOf(address, 'users', recipient) },
  };
}

async function list(request: ManagementRequest): Promise<ManagementResponse> {
  const { notifications } = await listNotifications(request.context, {});
  return listResponse(
    request,
    notifications.map((one) => viewNotification(request.address, one)),
  );
}

/** Errors: 404. */
function demandName({ params }: ManagementRequest): NotificationName {
  const name = findNotification(params.notification ?? '');
  if (name) return name;
  throw new ManagementError(404, 'ResourceNotFound', 'Notification not found.');
}

async function demandNotification(request: ManagementRequest): Promise<Notification> {
  const name = demandName(request);
  const { notifications } = await listNotifications(request.context, {});
  const found = notifications.find((one) => one.name === name);
  if (!found) throw new Error('a notification is not listed');
  return found;
}

async function show(request: ManagementRequest): Promise<ManagementResponse> {
  return { status: 200, body: viewNotification(request.address, await demandNotification(request)) };
}

/** There is nothing to change but the recipients, which have requests of their own. */
async function putNotification(request: ManagementRequest): Promise<ManagementResponse> {
  await addNotificationRecipient.demand(request.context);
  return show(request);
}

async function listRecipients(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const found = await demandNotification(request);
  const recipients =
    kind === 'recipientEmails' ? found.emails : found.users.map(({ resourceId }) => resourceId);
  return listResponse(
    request,
    recipients.map((one) => viewRecipient(request.address, found.name, kind, one)),
  );
}

async function checkRecipient(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const { emails, users } = await demandNotification(request);
  const { email = '', userId = '' } = request.params;
  const isIn =
    kind === 'recipientEmails'
      ? emails.some((one) => canonicalEmail(one) === canonicalEmail(email))
      : users.some(({ resourceId }) => resourceId.toLowerCase() === userId.toLowerCase());
  return { status: isIn ? 204 : 404 };
}

/** The account of the path; null for none. Errors: 405 for Azure's administrator. */
async function findUser({ context, params }: ManagementRequest): Promise<ProgramAccount | null> {
  const account = await readAccount(context, { resourceId: params.userId ?? '' });
  if (account?.id !== ADMINISTRATOR_ID) return account;
  throw new ManagementError(
    405,
    'MethodNotAllowed',
    'User 1 is the built-in administrator and gets no mail. Add an email under recipientEmails instead.',
    { cause: new DomainError('not_permitted') },
  );
}

async function addRecipient(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const notification = demandName(request);
  const add = async (wanted: { email: string } | { accountId: string }, name?: string) => {
    const { recipient, isNew } = await addNotificationRecipient(request.context, { notification, ...wanted });
    const body = viewRecipient(request.address, notification, kind, name ?? recipient);
    return { status: isNew ? 201 : 200, body } as const;
  };
  if (kind === 'recipientEmails') return add({ email: request.params.email ?? '' });
  const user = await findUser(request);
  if (!user) throw new DomainError('account_not_found');
  return add({ accountId: user.id }, user.resourceId);
}

async function removeRecipient(request: ManagementRequest, kind: Kind): Promise<ManagementResponse> {
  const notification = demandName(request);
  await removeNotificationRecipient.demand(request.context);
  const user = kind === 'recipientUsers' ? await findUser(request) : null;
  if (kind === 'recipientUsers' && !user) return { status: 204 };
  const who = user ? { accountId: user.id } : { email: request.params.email ?? '' };
  const { isRemoved } = await removeNotificationRecipient(request.context, { notification, ...who });
  return { status: isRemoved ? 200 : 204 };
}
