import { expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import { isReceiptOf, newReceipt, parseReceipt, receiptHash, receiptText } from './receipt.ts';

it('is read as it was written, and is of its delivery alone', () => {
  const receipt = newReceipt('a-delivery_id');
  const delivery = aDelivery({ receiptHash: receiptHash(receipt) });
  expect(parseReceipt(receiptText(receipt))).toEqual(receipt);
  expect(isReceiptOf(receipt, delivery)).toBe(true);
  expect(isReceiptOf(newReceipt('a-delivery_id'), delivery)).toBe(false);
  expect(isReceiptOf(receipt, aDelivery())).toBe(false);
  expect(isReceiptOf(receipt, aDelivery({ receiptHash: '' }))).toBe(false);
});

it('is never the same twice', () => {
  const secrets = Array.from({ length: 100 }, () => newReceipt('d').secret);
  expect(new Set(secrets).size).toBe(100);
});

const SECRET = 'A'.repeat(22);
it.each([
  '',
  '.',
  SECRET,
  `.${SECRET}`,
  `d.${SECRET}A`,
  `d.${SECRET.slice(1)}`,
  `d#RECORD.${SECRET}`,
  `d.${SECRET}\n`,
  `${'d'.repeat(101)}.${SECRET}`,
  `d d.${SECRET}`,
])('is not %j', (text) => {
  expect(parseReceipt(text)).toBeUndefined();
});
