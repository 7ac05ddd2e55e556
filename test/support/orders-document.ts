// The OpenAPI document of an invented API of orders.

const LINE = {
  type: 'object',
  required: ['sku', 'count'],
  properties: {
    sku: { type: 'string', description: 'What is ordered.', example: 'tea-250' },
    count: { type: 'integer', minimum: 1, maximum: 99 },
  },
};
const ORDER = {
  type: 'object',
  required: ['id', 'lines'],
  properties: {
    id: { type: 'string', format: 'uuid', readOnly: true },
    state: { enum: ['open', 'paid'] },
    lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
    replaces: { $ref: '#/components/schemas/Order' },
  },
};
const ofOrder = { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } };
const NOT_FOUND = { description: 'There is no such order.' };

export const ORDERS = {
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1.2', description: 'Orders of **tea** and their lines.' },
  servers: [{ url: 'https://orders.backend.example.net/v1' }],
  tags: [{ name: 'Orders' }, { name: 'Reports' }],
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        tags: ['Orders'],
        summary: 'List orders',
        parameters: [
          { name: 'state', in: 'query', required: true, schema: { enum: ['open', 'paid'] } },
          { name: 'limit', in: 'query', description: 'How many at most.', schema: { type: 'integer' } },
        ],
        responses: { 200: { description: 'The orders.', content: ofOrder } },
      },
      post: {
        operationId: 'placeOrder',
        tags: ['Orders'],
        summary: 'Place an order',
        requestBody: { required: true, content: ofOrder },
        responses: { 201: { description: 'The new order.', content: ofOrder } },
      },
    },
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: '42' }],
      get: {
        operationId: 'readOrder',
        tags: ['Orders'],
        summary: 'Read an order',
        responses: { 200: { description: 'The order.', content: ofOrder }, 404: NOT_FOUND },
      },
      delete: {
        tags: ['Orders'],
        deprecated: true,
        responses: { 204: { description: 'It is gone.' } },
      },
    },
    '/reports/daily': {
      get: { tags: ['Reports'], summary: 'Orders of a day', responses: { 200: { description: 'Them.' } } },
    },
  },
  components: { schemas: { Line: LINE, Order: ORDER } },
};

export const ORDERS_TEXT = JSON.stringify(ORDERS);
