// Azure's notifications: events that people who run the service are mailed about.

type Notification = {
  title: string;
  description: string;
  /** Why there is no such mail here. */
  neverSent?: string;
};

const NO_SUCH_EVENT = 'is never sent: nothing like that happens here';

/** By Azure's names, with its words. */
const NOTIFICATIONS = {
  RequestPublisherNotificationMessage: {
    title: 'Subscription requests (requiring approval)',
    description:
      'The following email recipients and users will receive email notifications about subscription requests for API products requiring approval.',
  },
  PurchasePublisherNotificationMessage: {
    title: 'New subscriptions',
    description:
      'The following email recipients and users will receive email notifications about new API product subscriptions.',
  },
  NewApplicationNotificationMessage: {
    title: 'Application gallery requests',
    description:
      'The following email recipients and users will receive email notifications when new applications are submitted to the application gallery.',
    neverSent: NO_SUCH_EVENT,
  },
  BCC: {
    title: 'BCC',
    description:
      'The following recipients will receive blind carbon copies of all emails sent to developers.',
    neverSent:
      'is never sent: a mail to a developer can hold a link that works once, so it goes to no one else',
  },
  NewIssuePublisherNotificationMessage: {
    title: 'New issue or comment',
    description:
      'The following email recipients and users will receive email notifications when a new issue or comment is submitted on the developer portal.',
    neverSent: NO_SUCH_EVENT,
  },
  AccountClosedPublisher: {
    title: 'Close account message',
    description:
      'The following email recipients and users will receive email notifications when a developer closes their account.',
  },
  QuotaLimitApproachingPublisherNotificationMessage: {
    title: 'Approaching subscription quota limit',
    description:
      'The following email recipients and users will receive email notifications when subscription usage gets close to usage quota.',
    neverSent: 'is never sent: the gateway counts calls',
  },
} as const satisfies Record<string, Notification>;

export type NotificationName = keyof typeof NOTIFICATIONS;
export const NOTIFICATION_NAMES = Object.keys(NOTIFICATIONS) as [NotificationName, ...NotificationName[]];

export const notificationOf = (name: NotificationName): Notification => NOTIFICATIONS[name];

/** In any case; null for a name that Azure doesn't have. */
export const findNotification = (name: string): NotificationName | null =>
  NOTIFICATION_NAMES.find((one) => one.toLowerCase() === name.toLowerCase()) ?? null;
