// What Terraform's provider azurerm sends to API Management for each resource, and what it makes of the answers. Read in its
// public source, internal/services/apimanagement, at v4.81.0 (commit 5782a75422c68a0d0804ac16d97dcaf3df5ee2fa); 5.2.0 is the same.
import { LETTER } from './letter.ts';
import { BASE } from './management.ts';

/** A resource's arguments, by the provider's names; absent: not in the configuration. */
export type Configuration = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: JSON of any resource.
type Json = any;

/** An argument that isn't configured has the value of the last answer. */
export const COMPUTED = Symbol('computed');
/** How the provider reads an attribute, and what the attribute counts as when it isn't configured. */
type Attribute = { read(answer: Json): unknown; unset: unknown };

const text = (property: string, unset: unknown = ''): Attribute => ({
  read: ({ properties }) => properties[property],
  unset,
});
/** The provider folds the case of Azure's words. */
const word = (property: string, unset: unknown = COMPUTED): Attribute => ({
  read: ({ properties }) => properties[property]?.toLowerCase(),
  unset,
});
const flag = (property: string, unset: boolean): Attribute => ({
  read: ({ properties }) => properties[property] ?? false,
  unset,
});
/** A block that may not come back unless it is configured. */
const block = (property: string): Attribute => ({
  read: ({ properties }) => properties[property] ?? null,
  unset: null,
});

export type Resource = {
  /** As in `azurerm_api_management_user`. */
  type: string;
  /** Below the service. */
  path: string;
  /** A link is looked for with HEAD, which must answer 204, and is created without a body. */
  isLink?: true;
  /** Query and If-Match of the PUT. */
  put?: { query?: Record<string, string>; ifMatch?: '*' };
  deleteQuery?: Record<string, string>;
  readQuery?: Record<string, string>;
  /** One after another: the first is created, the others update it. */
  configurations: Configuration[];
  /** The properties of the PUT. `former` has the attributes as they were last read, or nothing for a new resource. */
  properties?(wanted: Configuration, former: Configuration, read: Json): object;
  attributes?: Record<string, Attribute>;
  /** Two more requests of single resources. */
  readsSecrets?: true;
  updateReadsFirst?: true;
  /** What the provider would crash on. */
  mustBeObject?: string;
  /** The exists check of a template goes on when its text is the default. */
  isFoundUnless?(answer: Json): boolean;
};

/** Properties that are sent only when they are configured. */
const sent = (wanted: Configuration, names: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([property, argument]) =>
      wanted[argument] === undefined ? [] : [[property, wanted[argument]]],
    ),
  );

const HEREDOC = 'Managed by Terraform.\n  - be kind\n';
const ANN = {
  email: 'Ann@Example.com',
  first_name: 'Ann',
  last_name: 'Lee',
  password: 'three quiet garden chairs',
};
const SUBSCRIPTION: Pick<Resource, 'type' | 'put' | 'properties' | 'attributes' | 'readsSecrets'> = {
  type: 'subscription',
  put: { query: { appType: 'developerPortal', notify: 'false' } },
  readsSecrets: true,
  properties: (wanted, former) => ({
    allowTracing: wanted.allow_tracing ?? true,
    displayName: wanted.display_name,
    scope: wanted.product_id ?? wanted.api_id ?? '/apis',
    state: wanted.state ?? 'submitted',
    ...sent(
      { ...former, ...wanted },
      { ownerId: 'user_id', primaryKey: 'primary_key', secondaryKey: 'secondary_key' },
    ),
  }),
  attributes: {
    display_name: text('displayName'),
    allow_tracing: flag('allowTracing', true),
    state: word('state', 'submitted'),
    user_id: text('ownerId'),
    product_id: { read: (answer) => scopeIn(answer, 'products'), unset: '' },
    api_id: { read: (answer) => scopeIn(answer, 'apis'), unset: '' },
    primary_key: { read: ({ secrets }) => secrets.primaryKey, unset: COMPUTED },
    secondary_key: { read: ({ secrets }) => secrets.secondaryKey, unset: COMPUTED },
  },
};

/** Empty for another kind. Throws, as the provider fails, for what is neither `…/apis` nor a full id of a product or an API. */
function scopeIn({ properties: { scope } }: Json, kind: 'products' | 'apis'): string {
  if (scope === '' || scope.endsWith('/apis')) return '';
  const full =
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ApiManagement\/service\/[^/]+\/(products|apis)\/[^/]+$/i;
  const [, found] = full.exec(scope) ?? [];
  if (!found) throw new Error(`parsing scope into product/ api id: ${scope}`);
  return found === kind ? scope : '';
}

const API_TEXTS = {
  displayName: 'display_name',
  serviceUrl: 'service_url',
  description: 'description',
  termsOfServiceUrl: 'terms_of_service_url',
};
const API_KEPT =
  'path protocols serviceUrl description apiVersionDescription apiRevisionDescription subscriptionRequired subscriptionKeyParameterNames contact license sourceApiId displayName apiVersion apiVersionSetId termsOfServiceUrl type'.split(
    ' ',
  );
const API: Resource = {
  type: 'api',
  path: 'apis/echo;rev=1',
  put: { ifMatch: '*' },
  updateReadsFirst: true,
  mustBeObject: 'authenticationSettings',
  configurations: [
    { revision: '1', path: 'echo', display_name: 'Echo', protocols: ['https'] },
    {
      revision: '1',
      path: 'echo/v2',
      display_name: 'Echo 2',
      protocols: ['http', 'https'],
      description: HEREDOC,
      service_url: 'https://echo.example.com/',
      terms_of_service_url: 'https://echo.example.com/terms',
      revision_description: 'the second',
      subscription_required: false,
      subscription_key_parameter_names: { header: 'X-Key', query: 'key' },
      contact: { email: 'a@example.com', name: 'A', url: '' },
      license: { name: 'MIT', url: 'https://example.com/mit' },
    },
  ],
  properties(wanted, _former, read) {
    const kept =
      read &&
      API_KEPT.flatMap((name) => (read.properties[name] == null ? [] : [[name, read.properties[name]]]));
    return {
      ...Object.fromEntries(kept ?? []),
      path: wanted.path ?? '',
      type: 'http',
      apiType: 'http',
      ...(read ? {} : { authenticationSettings: {} }),
      apiRevisionDescription: wanted.revision_description ?? '',
      apiVersionDescription: wanted.version_description ?? '',
      subscriptionRequired: wanted.subscription_required ?? true,
      ...sent(wanted, {
        ...API_TEXTS,
        protocols: 'protocols',
        subscriptionKeyParameterNames: 'subscription_key_parameter_names',
        contact: 'contact',
        license: 'license',
      }),
    };
  },
  attributes: {
    revision: text('apiRevision'),
    path: text('path'),
    display_name: text('displayName'),
    description: text('description'),
    service_url: text('serviceUrl'),
    terms_of_service_url: text('termsOfServiceUrl'),
    revision_description: text('apiRevisionDescription'),
    version_description: text('apiVersionDescription'),
    version: text('apiVersion'),
    version_set_id: text('apiVersionSetId'),
    subscription_required: flag('subscriptionRequired', true),
    api_type: { read: ({ properties }) => properties.type ?? 'http', unset: 'http' },
    protocols: {
      read: ({ properties }) => properties.protocols?.map((one: string) => one.toLowerCase()).sort(),
      unset: COMPUTED,
    },
    subscription_key_parameter_names: text('subscriptionKeyParameterNames', COMPUTED),
    contact: block('contact'),
    license: block('license'),
  },
};

const POLICY = `<policies>
  <inbound>
    <base />
    <rate-limit calls="20" renewal-period="90" />
    <quota calls="10000" renewal-period="604800" />
  </inbound>
</policies>
`;

/** In the order of their dependencies. */
export const RESOURCES: Resource[] = [
  {
    type: 'user',
    path: 'users/ann',
    put: { query: { notify: 'false' } },
    deleteQuery: { appType: 'developerPortal', deleteSubscriptions: 'true', notify: 'false' },
    configurations: [
      { ...ANN, confirmation: 'invite' },
      { ...ANN, confirmation: 'invite', last_name: 'Leigh' },
      { ...ANN, confirmation: 'invite', last_name: 'Leigh', note: HEREDOC, state: 'active' },
      { ...ANN, confirmation: 'invite', note: HEREDOC, state: 'blocked' },
      { ...ANN, confirmation: 'invite', note: HEREDOC, state: 'active' },
    ],
    properties: (wanted, former) => ({
      email: wanted.email,
      firstName: wanted.first_name,
      lastName: wanted.last_name,
      ...sent(wanted, { confirmation: 'confirmation', note: 'note', password: 'password' }),
      ...sent({ ...former, ...wanted }, { state: 'state' }),
    }),
    attributes: {
      email: text('email'),
      first_name: text('firstName'),
      last_name: text('lastName'),
      note: text('note'),
      state: word('state'),
    },
  },
  {
    type: 'group',
    path: 'groups/partners',
    configurations: [
      { display_name: 'Partners' },
      { display_name: 'Friends', description: HEREDOC },
      { display_name: 'Friends' },
    ],
    properties: (wanted) => ({
      description: wanted.description ?? '',
      displayName: wanted.display_name,
      externalId: wanted.external_id ?? '',
      type: wanted.type ?? 'custom',
    }),
    attributes: {
      name: { read: ({ name }) => name, unset: 'partners' },
      display_name: text('displayName'),
      description: text('description'),
      external_id: text('externalId'),
      type: word('type', 'custom'),
    },
  },
  { type: 'group_user', path: 'groups/partners/users/ann', isLink: true, configurations: [{}] },
  {
    type: 'product',
    path: 'products/gold',
    deleteQuery: { deleteSubscriptions: 'true' },
    configurations: [
      {
        display_name: 'Gold',
        published: true,
        description: HEREDOC,
        terms: HEREDOC,
        subscriptions_limit: 2,
        approval_required: true,
      },
      { display_name: 'Gold', published: true, subscriptions_limit: 0, approval_required: false },
      { display_name: 'Gold', published: true, subscriptions_limit: 5, approval_required: true },
      { display_name: 'Gold', published: true },
      { display_name: 'Gold', published: false, subscription_required: false },
      { display_name: 'Gold', published: true, subscriptions_limit: 2, approval_required: true },
    ],
    properties: (wanted) => ({
      description: wanted.description ?? '',
      displayName: wanted.display_name,
      state: wanted.published ? 'published' : 'notPublished',
      subscriptionRequired: wanted.subscription_required ?? true,
      terms: wanted.terms ?? '',
      ...((wanted.subscription_required ?? true)
        ? sent(wanted, { approvalRequired: 'approval_required', subscriptionsLimit: 'subscriptions_limit' })
        : {}),
    }),
    attributes: {
      approval_required: flag('approvalRequired', false),
      description: text('description'),
      display_name: text('displayName'),
      published: { read: ({ properties }) => properties.state.toLowerCase() === 'published', unset: false },
      subscriptions_limit: { read: ({ properties }) => properties.subscriptionsLimit ?? 0, unset: 0 },
      subscription_required: flag('subscriptionRequired', true),
      terms: text('terms'),
    },
  },
  {
    type: 'product_policy',
    path: 'products/gold/policies/policy',
    readQuery: { format: 'xml' },
    configurations: [
      { xml_content: POLICY },
      { xml_content: POLICY.replace('calls="20"', 'calls="30"') },
      { xml_content: '<policies><inbound><base /></inbound></policies>' },
    ],
    properties: (wanted) => ({ format: 'rawxml', value: wanted.xml_content }),
    attributes: { xml_content: text('value', COMPUTED) },
  },
  { type: 'product_group', path: 'products/gold/groups/partners', isLink: true, configurations: [{}] },
  API,
  { type: 'product_api', path: 'products/gold/apis/echo', isLink: true, configurations: [{}] },
  {
    ...SUBSCRIPTION,
    path: 'subscriptions/of-product',
    configurations: [
      { display_name: 'Nightly', product_id: `${BASE}/products/gold`, user_id: `${BASE}/users/ann` },
      {
        display_name: 'Nightly',
        product_id: `${BASE}/products/gold`,
        user_id: `${BASE}/users/ann`,
        state: 'active',
      },
      {
        ...{ display_name: 'Hourly', product_id: `${BASE}/products/gold`, user_id: `${BASE}/users/ann` },
        ...{ state: 'suspended', allow_tracing: false },
      },
    ],
  },
  {
    ...SUBSCRIPTION,
    path: 'subscriptions/of-api',
    configurations: [
      {
        ...{ display_name: 'Echo', api_id: `${BASE}/apis/echo;rev=1`, state: 'active' },
        ...{ primary_key: 'p'.repeat(32), secondary_key: 's'.repeat(32) },
      },
      {
        ...{ display_name: 'Echoes', api_id: `${BASE}/apis/echo;rev=1`, state: 'active' },
        ...{ primary_key: 'p'.repeat(32), secondary_key: 's'.repeat(32) },
      },
    ],
  },
  {
    ...SUBSCRIPTION,
    path: 'subscriptions/5bd28b5d-50be-4c76-a9c3-1a2b3c4d5e6f',
    configurations: [
      { display_name: 'All', state: 'active' },
      { display_name: 'All', state: 'cancelled' },
    ],
  },
  {
    type: 'email_template',
    path: 'templates/InviteUserNotificationMessage',
    configurations: [
      { subject: 'Come in', body: `${LETTER}\n` },
      { subject: ' Come, $DevFirstName', body: `${LETTER.replaceAll('\r\n', '\n')}\n` },
    ],
    isFoundUnless: ({ properties }) => properties.isDefault ?? true,
    properties: ({ body, subject }) => ({ body, subject }),
    attributes: { body: text('body'), subject: text('subject') },
  },
];
