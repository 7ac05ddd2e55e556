import type { ModalView } from '@slack/types';
import { createApi } from '../../operations/apis/create.ts';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import { listApis } from '../../operations/apis/list.ts';
import { showApi } from '../../operations/apis/show.ts';
import { apiId as apiIdSchema } from '../../operations/catalog/input.ts';
import type { ApiView } from '../../operations/catalog/view.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { apiIn, readCarried } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { apiErrors, createApiModal, deleteApiModal, editApiModal } from '../modals/api.ts';
import { checkboxError, redrawIfSubscribed } from '../modals/delete-with-subscriptions.ts';
import { schemaError, textOf } from '../modals/form.ts';
import { actions, button, context, type Message, section } from '../present/blocks.ts';
import { apiBlocks, messageWith } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

type Cursor = NonNullable<Parameters<typeof listApis>[1]['after']>;

const APIS_A_PAGE = 10;

export const apisFeature: Feature = {
  command: {
    name: 'apis',
    aliases: ['api'],
    usage: 'apis',
    summary: 'Lists the APIs and where each begins behind the gateway; admins create, edit and delete them.',
    example: '/apim-user apis',
    who: 'admins and approvers',
    run: async (request) => request.reply(await apisPage(request)),
  },
  buttons: {
    'menu-apis': async (request) => request.reply(await apisPage(request)),
    'apis-next': async (request, value) =>
      request.reply(await apisPage(request, readCarried(value)), { replace: true }),
    'api-create': (request) => openModalFor(request, createApi, {}, createApiModal),
    'api-edit': async (request, value) => {
      const { apiId, expectedVersion } = apiIn(value);
      return openModalFor(request, editApi, { apiId }, async (attempting) => {
        const { api } = await showApi(attempting.context, { apiId });
        return editApiModal({ ...api, version: expectedVersion });
      });
    },
    'api-delete': async (request, value) => {
      const { apiId, expectedVersion } = apiIn(value);
      return openModalFor(request, deleteApi, { apiId }, (attempting) =>
        deletionModal(attempting, apiId, expectedVersion),
      );
    },
  },
  submissions: {
    'api-create': {
      check: (values) => ({
        ...apiErrors(values),
        ...(textOf(values, 'id') ? schemaError(values, 'id', apiIdSchema) : {}),
      }),
      async run(request, values) {
        const id = textOf(values, 'id');
        const { api } = await createApi(request.context, {
          name: textOf(values, 'name'),
          path: textOf(values, 'path'),
          ...(id ? { id } : {}),
        });
        const text = 'Created. Put it into a product, or grant a subscription to it alone.';
        return apiMessage(request, text, api);
      },
    },
    'api-edit': {
      check: apiErrors,
      async run(request, values, metadata) {
        const { api } = await editApi(request.context, {
          ...apiIn(metadata),
          name: textOf(values, 'name'),
          path: textOf(values, 'path'),
        });
        return apiMessage(request, 'Saved.', api);
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
          () => deletionModal(request, apiIn(metadata).apiId),
        ),
    },
  },
};

async function apisPage(request: SlackRequest, after?: Cursor): Promise<Message> {
  const { apis, next } = await listApis(request.context, { limit: APIS_A_PAGE, ...(after ? { after } : {}) });
  const role = await request.role();
  const pageButtons = [
    ...(role === 'admin' ? [button('api-create', 'Create', '-', { style: 'primary' })] : []),
    ...(next ? [button('apis-next', 'Next', JSON.stringify(next))] : []),
  ];
  const none = after ? 'There are no more.' : 'There are no APIs yet.';
  return {
    text: 'APIs',
    blocks: [
      ...(apis.length ? apis.flatMap((api) => apiBlocks(api, role)) : [section(none)]),
      context('A call belongs to the API with the longest path that it begins with.'),
      ...(pageButtons.length ? [actions(pageButtons)] : []),
    ],
  };
}

async function apiMessage(request: SlackRequest, text: string, api: ApiView): Promise<Message> {
  return messageWith(text, apiBlocks(api, await request.role()));
}

async function deletionModal(request: SlackRequest, apiId: string, version?: number): Promise<ModalView> {
  const { api, subscriptions } = await showApi(request.context, { apiId });
  return deleteApiModal({ ...api, version: version ?? api.version }, subscriptions);
}
