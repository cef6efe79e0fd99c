// The org that comes with the simulator. Close to a Developer Edition org with Sales and Service, not a copy of one.
import type {
  ChannelDefinition,
  CompoundDefinition,
  EntityDefinition,
  EntityMember,
  FieldDefinition,
  FieldType,
  PlatformEventDefinition,
} from './fields.ts';

function field(
  name: string,
  type: FieldType,
  extra: Omit<FieldDefinition, 'name' | 'type'> = {},
): FieldDefinition {
  return { name, type, ...extra };
}

function text(
  name: string,
  length = 255,
  extra: Omit<FieldDefinition, 'name' | 'type'> = {},
): FieldDefinition {
  return field(name, 'string', { length, ...extra });
}

function reference(name: string, ...referenceTo: string[]): FieldDefinition {
  return field(name, 'reference', { referenceTo, length: 18 });
}

function picklist(
  name: string,
  picklistValues: readonly string[],
  extra: Omit<FieldDefinition, 'name' | 'type'> = {},
): FieldDefinition {
  return field(name, 'picklist', { picklist: picklistValues, length: 255, ...extra });
}

function address(name: string, prefix: string): CompoundDefinition {
  const parts: [string, FieldType][] = [
    ['Street', 'textarea'],
    ['City', 'string'],
    ['State', 'string'],
    ['PostalCode', 'string'],
    ['Country', 'string'],
    ['Latitude', 'double'],
    ['Longitude', 'double'],
    ['GeocodeAccuracy', 'picklist'],
  ];
  return {
    name,
    kind: 'address',
    parts: parts.map(([child, type]) => ({ child, field: field(prefix + child, type, { length: 255 }) })),
  };
}

function nameParts(): CompoundDefinition['parts'] {
  return [
    { child: 'Salutation', field: field('Salutation', 'picklist', { length: 40 }) },
    { child: 'FirstName', field: text('FirstName', 40) },
    { child: 'LastName', field: text('LastName', 80) },
  ];
}

const ID: EntityMember[] = [
  field('Id', 'id', { readOnly: true, length: 18 }),
  field('IsDeleted', 'boolean', { readOnly: true }),
];

const AUDIT: EntityMember[] = [
  { ...reference('OwnerId', 'User') },
  field('CreatedDate', 'datetime', { readOnly: true }),
  { ...reference('CreatedById', 'User'), readOnly: true },
  field('LastModifiedDate', 'datetime', { readOnly: true }),
  { ...reference('LastModifiedById', 'User'), readOnly: true },
];

export const OPPORTUNITY_STAGES = [
  'Prospecting',
  'Qualification',
  'Needs Analysis',
  'Value Proposition',
  'Id. Decision Makers',
  'Perception Analysis',
  'Proposal/Price Quote',
  'Negotiation/Review',
  'Closed Won',
  'Closed Lost',
] as const;

const INDUSTRIES = [
  'Agriculture',
  'Banking',
  'Biotechnology',
  'Energy',
  'Manufacturing',
  'Retail',
  'Technology',
];

export const DEFAULT_ENTITIES: readonly EntityDefinition[] = [
  {
    name: 'Account',
    label: 'Account',
    keyPrefix: '001',
    changeEvents: true,
    members: [
      ...ID,
      {
        name: 'Name',
        kind: 'personOrBusiness',
        parts: nameParts(),
      },
      field('IsPersonAccount', 'boolean', { defaultValue: false }),
      picklist('Type', [
        'Prospect',
        'Customer - Direct',
        'Customer - Channel',
        'Technology Partner',
        'Other',
      ]),
      reference('ParentId', 'Account'),
      address('BillingAddress', 'Billing'),
      address('ShippingAddress', 'Shipping'),
      field('Phone', 'phone', { length: 40 }),
      text('AccountNumber', 40),
      field('Website', 'url', { length: 255 }),
      picklist('Industry', INDUSTRIES),
      field('AnnualRevenue', 'currency'),
      field('NumberOfEmployees', 'int'),
      field('Description', 'textarea', { length: 32000 }),
      picklist('Rating', ['Hot', 'Warm', 'Cold']),
      ...AUDIT,
      text('ERP_Number__c', 40, { externalId: true }),
    ],
  },
  {
    name: 'Contact',
    label: 'Contact',
    keyPrefix: '003',
    changeEvents: true,
    members: [
      ...ID,
      reference('AccountId', 'Account'),
      { name: 'Name', kind: 'personName', parts: nameParts() },
      address('MailingAddress', 'Mailing'),
      field('Phone', 'phone', { length: 40 }),
      field('MobilePhone', 'phone', { length: 40 }),
      field('Email', 'email', { length: 80 }),
      text('Title', 128),
      text('Department', 80),
      field('Birthdate', 'date'),
      field('Description', 'textarea', { length: 32000 }),
      ...AUDIT,
    ],
  },
  {
    name: 'Opportunity',
    label: 'Opportunity',
    keyPrefix: '006',
    changeEvents: true,
    members: [
      ...ID,
      reference('AccountId', 'Account'),
      text('Name', 120, { required: true }),
      field('Description', 'textarea', { length: 32000 }),
      picklist('StageName', OPPORTUNITY_STAGES, { required: true }),
      field('Amount', 'currency'),
      field('Probability', 'percent'),
      field('ExpectedRevenue', 'currency'),
      field('TotalOpportunityQuantity', 'double'),
      field('CloseDate', 'date', { required: true }),
      picklist('Type', ['Existing Customer - Upgrade', 'Existing Customer - Replacement', 'New Customer']),
      text('NextStep', 255),
      picklist('LeadSource', ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']),
      field('IsClosed', 'boolean', { readOnly: true, defaultValue: false }),
      field('IsWon', 'boolean', { readOnly: true, defaultValue: false }),
      picklist('ForecastCategoryName', ['Omitted', 'Pipeline', 'Best Case', 'Commit', 'Closed']),
      reference('ContactId', 'Contact'),
      ...AUDIT,
      field('Delivery_Due__c', 'datetime'),
    ],
  },
  {
    name: 'Case',
    label: 'Case',
    keyPrefix: '500',
    changeEvents: true,
    members: [
      ...ID,
      text('CaseNumber', 30, { readOnly: true }),
      reference('ContactId', 'Contact'),
      reference('AccountId', 'Account'),
      text('Subject', 255),
      field('Description', 'textarea', { length: 32000 }),
      picklist('Status', ['New', 'Working', 'Escalated', 'Closed'], { defaultValue: 'New' }),
      picklist('Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
      picklist('Origin', ['Phone', 'Email', 'Web']),
      field('IsClosed', 'boolean', { readOnly: true, defaultValue: false }),
      ...AUDIT,
    ],
  },
  {
    name: 'Shipment__c',
    label: 'Shipment',
    keyPrefix: 'a00',
    changeEvents: true,
    members: [
      ...ID,
      text('Name', 80),
      ...AUDIT,
      text('Tracking_Number__c', 40, { externalId: true }),
      picklist('Status__c', ['Packed', 'In Transit', 'Delivered', 'Returned']),
      field('Weight__c', 'double'),
      field('Fragile__c', 'boolean', { defaultValue: false }),
      field('Delivered_At__c', 'datetime'),
      reference('Account__c', 'Account'),
      field('Notes__c', 'textarea', { length: 32768 }),
      {
        name: 'Position__c',
        kind: 'location',
        parts: [
          { child: 'Latitude', field: field('Position__Latitude__s', 'double') },
          { child: 'Longitude', field: field('Position__Longitude__s', 'double') },
        ],
      },
    ],
  },
];

export const DEFAULT_PLATFORM_EVENTS: readonly PlatformEventDefinition[] = [
  {
    name: 'QuoteGenerationComplete__e',
    label: 'Quote Generation Complete',
    publishable: true,
    fields: [text('Status__c'), text('Quote_Id__c', 18)],
  },
  {
    name: 'System_Status__e',
    label: 'System Status',
    publishable: true,
    fields: [text('Status__c'), text('Message__c')],
  },
  { name: 'Context__e', label: 'Context', publishable: true, fields: [text('Context__c')] },
  {
    name: 'Sluice_Demo__e',
    label: 'Sluice Demo',
    publishable: true,
    fields: [text('Message__c'), field('Amount__c', 'double'), field('At__c', 'datetime')],
  },
  {
    name: 'DataObjectDataChgEvent',
    label: 'Data Object Data Change Event',
    publishable: false,
    fields: [
      text('ActionDeveloperName'),
      text('EventCreationDateTime'),
      text('EventPrompt'),
      text('EventPublishDateTime'),
      text('EventSchemaVersion'),
      text('EventType'),
      text('Offset'),
      field('PayloadCurrentValue', 'textarea', { length: 125_000 }),
      field('PayloadPrevValue', 'textarea', { length: 125_000 }),
      text('PayloadSchema'),
      text('ProfileIdValue'),
      text('SourceObjectDeveloperName'),
      text('TraceIdValue'),
      text('TriggerEntity'),
    ],
  },
];

export const DEFAULT_CHANNELS: readonly ChannelDefinition[] = [
  { topic: '/data/ChangeEvents', members: 'all change events' },
  { topic: '/data/Sales__chn', members: ['/data/AccountChangeEvent', '/data/OpportunityChangeEvent'] },
  { topic: '/event/Notices__chn', members: ['/event/System_Status__e', '/event/Sluice_Demo__e'] },
];
