export { activate, activateBack } from './activate';
export { adam } from './adam';
export { gemm } from './gemm';
export { scaleInputs, scaleInputsBack } from './layers';
export { addRows, multiplyRows } from './products';
export { embed, embedBack } from './waves';
