// Every operation of Azure's contract that this server has at and below a service.
import { API_ROUTES } from './apis.ts';
import { FIXED_ROUTES } from './fixed-resources.ts';
import { GROUP_ROUTES } from './groups.ts';
import { LONG_RUNNING_ROUTES } from './long-running.ts';
import { NOTIFICATION_ROUTES } from './notifications.ts';
import { PRODUCT_LINK_ROUTES } from './product-links.ts';
import { PRODUCT_POLICY_ROUTES } from './product-policies.ts';
import { PRODUCT_ROUTES } from './products.ts';
import { REPORT_ROUTES } from './reports.ts';
import type { Route } from './route.ts';
import { SERVICE_ROUTES } from './service.ts';
import { SUBSCRIPTION_ROUTES } from './subscriptions.ts';
import { TEMPLATE_ROUTES } from './templates.ts';
import { USER_ROUTES } from './users.ts';

export const ROUTES: readonly Route[] = [
  ...SERVICE_ROUTES,
  ...USER_ROUTES,
  ...GROUP_ROUTES,
  ...SUBSCRIPTION_ROUTES,
  ...PRODUCT_ROUTES,
  ...PRODUCT_LINK_ROUTES,
  ...PRODUCT_POLICY_ROUTES,
  ...API_ROUTES,
  ...TEMPLATE_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...REPORT_ROUTES,
  ...FIXED_ROUTES,
  ...LONG_RUNNING_ROUTES,
];
