import { parseJson, stringifyJson } from '../src/base/json.ts';
import { measure, printMachine, printRatios } from './measure.ts';

/**
 * JSON with exact 64-bit integers, against the engine's own JSON, which rounds them: the cost of exactness where it is
 * needed and where it is not. For comparison, also the path that `parseJson` took until 2026-11: a reviver over every
 * value.
 */
const FIELDS = 40;
const SMALL_NUMBERS = 500_000;

const commitNumber = '1736877279422521345';
const changeEvent = (number: string) => `{"specversion":"1.0","id":"20741903-d0b2-4d86-90cf-4192b0e17462",\
"source":"//acme.my.salesforce.com/00D000000000001EAA","type":"com.salesforce.cdc.Opportunity.UPDATE",\
"subject":"/data/OpportunityChangeEvent","time":"2026-11-28T19:41:11.951Z","datacontenttype":"application/json",\
"replayid":"AAAAAAAADCgAAA==","partitionkey":"006000000000001AAA","data":{"ChangeEventHeader":{"entityName":"Opportunity",\
"recordIds":["006000000000001AAA"],"changeType":"UPDATE","changeOrigin":"com/salesforce/api/soap/67.0;client=Web",\
"transactionKey":"0001a2b3-c4d5-e6f7-0809-0a0b0c0d0e0f","sequenceNumber":1,"commitTimestamp":1736877279000,\
"commitNumber":${number},"commitUser":"005000000000001AAA","nulledFields":[],"diffFields":[],\
"changedFields":["StageName","Amount","LastModifiedDate"]},"StageName":"Closed Won","Amount":12500.5,\
"LastModifiedDate":1736877279000,${Array.from({ length: FIELDS }, (_, at) => `"Field_${at}__c":"value ${at}"`).join()}}}`;

const megabyte = (last: string) => `[${'1,'.repeat(SMALL_NUMBERS)}${last}]`;

const TEXTS = [
  ['a change event without its commit number', changeEvent('17')],
  ['a change event', changeEvent(commitNumber)],
  ['a change event with the number in a text', changeEvent(`"${commitNumber}"`)],
  [`${SMALL_NUMBERS} small numbers`, megabyte('1')],
  [`${SMALL_NUMBERS} small numbers and one of 20 digits`, megabyte('12345678901234567890')],
  ['50,000 numbers of 19 digits', `[${Array.from({ length: 50_000 }, () => commitNumber).join()}]`],
] as const;

interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
const withSource: JsonWithSource = JSON as never;

function parseByReviver(text: string): unknown {
  return withSource.parse(text, (_key, value, { source = '' }) =>
    typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source)
      ? value
      : BigInt(source),
  );
}

printMachine();
for (const [what, text] of TEXTS) {
  const value = parseJson(text);
  const rounded: unknown = JSON.parse(text);
  printRatios(
    `reading ${what} (${text.length} bytes)`,
    await measure('baseline: JSON.parse', 1, () => JSON.parse(text)),
    [
      await measure('parseJson', 1, () => parseJson(text)),
      await measure('a reviver over every value', 1, () => parseByReviver(text)),
    ],
  );
  printRatios(
    `writing ${what}`,
    await measure('baseline: JSON.stringify of the rounded numbers', 1, () => JSON.stringify(rounded)),
    [await measure('stringifyJson', 1, () => stringifyJson(value))],
  );
}
