// APIs: the list, and the modals that make one known, change it and delete it.
import type { ModalView } from '@slack/types';
import { MAX_API_PATH_LENGTH, parseApiPath } from '../../domain/api-path.ts';
import { createApi } from '../../operations/apis/create.ts';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import { listApis } from '../../operations/apis/list.ts';
import { showApi } from '../../operations/apis/show.ts';
import { apiId, catalogName, MAX_CATALOG_NAME_LENGTH } from '../../operations/catalog/input.ts';
import type { ApiView } from '../../operations/catalog/view.ts';
import {
  blankErrors,
  type Feature,
  type FormValues,
  fieldErrorsOf,
  type SlackRequest,
  schemaError,
  textOf,
} from '../frame/feature.ts';
import { apiIn } from '../frame/reference.ts';
import { requireRole } from '../frame/role.ts';
import {
  checkboxError,
  deleteSubscriptionsCheckbox,
  redrawIfSubscribed,
} from '../modals/delete-with-subscriptions.ts';
import { actions, button, context, type Message, modal, section, textInput } from '../present/blocks.ts';
import { apiBlocks, withBlocks } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

type Cursor = NonNullable<Parameters<typeof listApis>[1]['after']>;

const APIS_A_PAGE = 10;

async function apisPage(request: SlackRequest, after?: Cursor): Promise<Message> {
  const { apis, next } = await listApis(request.context, { limit: APIS_A_PAGE, ...(after ? { after } : {}) });
  const role = await request.role();
  const turns = [
    ...(role === 'admin' ? [button('api-create', 'Create', '-', { style: 'primary' })] : []),
    ...(next ? [button('apis-next', 'Next', JSON.stringify(next))] : []),
  ];
  const none = after ? 'There are no more.' : 'There are no APIs yet.';
  return {
    text: 'APIs',
    blocks: [
      ...(apis.length ? apis.flatMap((api) => apiBlocks(api, role)) : [section(none)]),
      context('A call belongs to the API with the longest path that it begins with.'),
      ...(turns.length ? [actions(turns)] : []),
    ],
  };
}

const fields = (api?: ApiView) => [
  textInput('name', 'Name', {
    ...(api ? { value: api.name } : {}),
    maxLength: MAX_CATALOG_NAME_LENGTH,
    hint: 'Developers read it.',
  }),
  textInput('path', 'Path', {
    ...(api ? { value: api.path } : {}),
    optional: true,
    maxLength: MAX_API_PATH_LENGTH,
    hint: 'Where it begins behind the gateway, like orders/v1. Left empty: every path that no other API has.',
  }),
];

const createModal = (): ModalView =>
  modal({
    callback: 'api-create',
    title: 'Create an API',
    submit: 'Create',
    blocks: [
      ...fields(),
      textInput('id', 'Id', {
        optional: true,
        maxLength: 80,
        hint: 'Gateways and programs name it so, and it never changes. Left empty: made from the name.',
      }),
    ],
  });

const editModal = (api: ApiView, version: number): ModalView =>
  modal({
    callback: 'api-edit',
    title: 'Edit an API',
    submit: 'Save',
    metadata: { id: api.id, version },
    blocks: [
      section(`*${escapeText(api.name)}* · id \`${api.id}\`. Gateways go by what is saved at once.`),
      ...fields(api),
    ],
  });

function deleteModal({ name, id, version }: ApiView, subscriptions: number): ModalView {
  const go =
    subscriptions > 0 ? ` ${countedSubscriptions(subscriptions)} to it alone would be left without it.` : '';
  return modal({
    callback: 'api-delete',
    title: 'Delete an API',
    submit: 'Delete',
    metadata: { id, version, subscriptions },
    blocks: [
      section(
        `*${escapeText(name)}*: products lose it, and no call to its path passes any more. There is no way back.${go}`,
      ),
      ...deleteSubscriptionsCheckbox(subscriptions),
    ],
  });
}

const fieldErrors = (values: FormValues): Record<string, string> => ({
  ...schemaError(values, 'name', catalogName),
  ...blankErrors(values, { name: 'Write a name' }),
  ...fieldErrorsOf(() => void parseApiPath(textOf(values, 'path'))),
});

async function openDelete(request: SlackRequest, id: string, version?: number): Promise<ModalView> {
  const { api, subscriptions } = await showApi(request.context, { apiId: id });
  return deleteModal({ ...api, version: version ?? api.version }, subscriptions);
}

const saved = async (request: SlackRequest, text: string, api: ApiView): Promise<Message> =>
  withBlocks(text, apiBlocks(api, await request.role()));

export const apis: Feature = {
  command: {
    name: 'apis',
    usage: 'apis',
    summary: 'Lists the APIs and where each begins behind the gateway; admins create, edit and delete them.',
    example: '/apim-user apis',
    who: 'admins and approvers',
    run: async (request) => request.reply(await apisPage(request)),
  },
  buttons: {
    'menu-apis': async (request) => request.reply(await apisPage(request)),
    'apis-next': async (request, value) =>
      request.reply(await apisPage(request, JSON.parse(value)), { replace: true }),
    'api-create': (request) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        return createModal();
      }),
    'api-edit': (request, value) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        const { apiId, expectedVersion } = apiIn(value);
        return editModal((await showApi(request.context, { apiId })).api, expectedVersion);
      }),
    'api-delete': (request, value) =>
      request.openModal(async () => {
        await requireRole(request, 'admins');
        const { apiId, expectedVersion } = apiIn(value);
        return openDelete(request, apiId, expectedVersion);
      }),
  },
  submissions: {
    'api-create': {
      check: (values) => ({
        ...fieldErrors(values),
        ...(textOf(values, 'id') ? schemaError(values, 'id', apiId) : {}),
      }),
      async run(request, values) {
        const id = textOf(values, 'id');
        const { api } = await createApi(request.context, {
          name: textOf(values, 'name'),
          path: textOf(values, 'path'),
          ...(id ? { id } : {}),
        });
        return saved(request, 'Created. Put it into a product, or grant a subscription to it alone.', api);
      },
    },
    'api-edit': {
      check: fieldErrors,
      async run(request, values, metadata) {
        const { api } = await editApi(request.context, {
          ...apiIn(metadata),
          name: textOf(values, 'name'),
          path: textOf(values, 'path'),
        });
        return saved(request, 'Saved.', api);
      },
    },
    'api-delete': {
      check: (values, { metadata }) => checkboxError(values, metadata),
      run: (request, values, metadata) =>
        redrawIfSubscribed(
          deleteApi(request.context, {
            ...apiIn(metadata),
            deleteSubscriptions: values.deleteSubscriptions === true,
          }).then(({ name, subscriptions }) => ({
            text: `Deleted: the API *${escapeText(name)}*${subscriptions ? `, and ${countedSubscriptions(subscriptions)} with it` : ''}.`,
          })),
          () => openDelete(request, apiIn(metadata).apiId),
        ),
    },
  },
};
