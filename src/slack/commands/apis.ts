import type { ModalView } from '@slack/types';
import { createApi } from '../../operations/apis/create.ts';
import { deleteApi } from '../../operations/apis/delete.ts';
import { editApi } from '../../operations/apis/edit.ts';
import { listApis } from '../../operations/apis/list.ts';
import { showApi } from '../../operations/apis/show.ts';
import { apiId as apiIdSchema } from '../../operations/catalog/input.ts';
import type { ApiView } from '../../operations/catalog/view.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { apiIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { apiDocumentModal, apiErrors, createApiModal, deleteApiModal, editApiModal } from '../modals/api.ts';
import { checkboxError, redrawIfSubscribed } from '../modals/delete-with-subscriptions.ts';
import { schemaError, textOf } from '../modals/form.ts';
import { button, type Message } from '../present/blocks.ts';
import { apiBlocks, apiRow, messageWith } from '../present/catalog.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';

const MAX_APIS_NAMED = 20;

const pages = definePages('apis', async (request, _query, page) => {
  const { apis, next, count } = await listApis(request.context, page);
  const role = await request.role();
  const create = button('api-create', 'Create', '-', { style: 'primary' });
  return {
    title: 'APIs',
    rows: apis.map((one) => apiRow(one, role)),
    next,
    count,
    none: 'There are no APIs yet.',
    buttons: role === 'admin' ? [create] : [],
    note: 'A call belongs to the API with the longest matching path.',
  };
});

export const apisFeature: Feature = {
  command: {
    name: 'apis',
    aliases: ['api'],
    usage: 'apis',
    summary: 'Lists the APIs and their paths behind the gateway; admins create, edit and delete them.',
    example: '/apim-user apis',
    who: 'admins and approvers',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-apis': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'api-create': (request) => openModalFor(request, createApi, {}, createApiModal),
    'api-edit': async (request, value) => {
      const { apiId, expectedVersion } = apiIn(value);
      return openModalFor(request, editApi, { apiId }, async (attempting) => {
        const { api } = await showApi(attempting.context, { apiId });
        return editApiModal({ ...api, version: expectedVersion });
      });
    },
    'api-document': async (request, value) => {
      const { apiId, expectedVersion } = apiIn(value);
      return openModalFor(request, editApi, { apiId }, async (attempting) => {
        const { api } = await showApi(attempting.context, { apiId });
        return apiDocumentModal({ ...api, version: expectedVersion });
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
        const text = 'Created. Next, add it to a product, or grant a subscription to this API alone.';
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
    'api-document': {
      check: (values) =>
        textOf(values, 'link') === '' && values.removeDocument !== true
          ? { link: 'Enter a link, or send the file in our direct message' }
          : {},
      async run(request, values, metadata) {
        const { api } = await editApi(request.context, {
          ...apiIn(metadata),
          document: values.removeDocument === true ? null : { link: textOf(values, 'link') },
        });
        return documentMessage(request, api);
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
            text: `Deleted the API *${escapeText(name)}*${subscriptions ? ` and its ${countedSubscriptions(subscriptions)}` : ''}.`,
          })),
          () => deletionModal(request, apiIn(metadata).apiId),
        ),
    },
  },
};

/** Sets the document that came as a file. The text of its message names the API, or else the name of the file. */
export async function setDocument(
  request: SlackRequest,
  [written, file]: [written: string, file: string],
  text: string,
): Promise<Message> {
  const api = await findNamed(request, written.trim() || file.replace(/\.\w+$/, ''));
  if (api) {
    const edited = await editApi(request.context, { apiId: api.id, document: { text } });
    return documentMessage(request, edited.api);
  }
  const { apis, next } = await listApis(request.context, { limit: MAX_APIS_NAMED });
  if (apis.length === 0) return { text: 'There are no APIs yet. Create one with `/apim-user apis` first.' };
  const ids = apis.map(({ id }) => `\`${id}\``).join(', ');
  return {
    text: `Nothing changed. Which API is this the document of? Send the file again, with the id of the API as the text of the message: ${ids}${next ? ' …' : ''}`,
  };
}

async function findNamed(request: SlackRequest, named: string): Promise<ApiView | null> {
  if (named === '') return null;
  const is = (field: 'id' | 'name' | 'path') =>
    ({
      kind: 'compare',
      operator: 'eq',
      field,
      value: field === 'path' ? named.replace(/^\//, '') : named,
    }) as const;
  const filter = { kind: 'or', parts: [is('id'), is('name'), is('path')] } as const;
  const { apis } = await listApis(request.context, { filter: { ...filter, parts: [...filter.parts] } });
  return (
    apis.find(({ id }) => id.toLowerCase() === named.toLowerCase()) ??
    (apis.length === 1 ? (apis[0] ?? null) : null)
  );
}

const documentMessage = (request: SlackRequest, api: ApiView): Promise<Message> =>
  apiMessage(
    request,
    api.documentHash === null
      ? 'Saved. The portal shows no endpoints of this API.'
      : `Saved. Developers find its endpoints in the portal: ${request.context.policy.publicUrl}/portal/apis/${encodeURIComponent(api.id)}`,
    api,
  );

async function apiMessage(request: SlackRequest, text: string, api: ApiView): Promise<Message> {
  return messageWith(text, apiBlocks(api, await request.role()));
}

async function deletionModal(request: SlackRequest, apiId: string, version?: number): Promise<ModalView> {
  const { api, subscriptions } = await showApi(request.context, { apiId });
  return deleteApiModal({ ...api, version: version ?? api.version }, subscriptions);
}
