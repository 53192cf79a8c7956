"""Stand-ins for the aggregators' routers, whose artefacts nobody publishes: for tests only.

Each has its router's own function, with the same arguments, and holds to what docs/security.md says that the real one
enforces; the way there is `Dealer`'s, which swaps on devnet's own Uniswap and gives or keeps `extra`.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from agent.abi import encode_call
from agent.chain.rpc import Rpc
from agent.money import Address, address
from tests.servers.solidity import compiled

SOURCE = """
pragma solidity 0.8.19;

interface Erc20 {
  function balanceOf(address who) external view returns (uint256);
  function approve(address spender, uint256 units) external returns (bool);
  function transfer(address to, uint256 units) external returns (bool);
  function transferFrom(address from, address to, uint256 units) external returns (bool);
}

interface Weth9 {
  function deposit() external payable;
  function withdraw(uint256 units) external;
}

interface SwapRouter02 {
  struct Single {
    address tokenIn; address tokenOut; uint24 fee; address recipient;
    uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96;
  }
  struct SingleOut {
    address tokenIn; address tokenOut; uint24 fee; address recipient;
    uint256 amountOut; uint256 amountInMaximum; uint160 sqrtPriceLimitX96;
  }
  function exactInputSingle(Single calldata params) external payable returns (uint256);
  function exactOutputSingle(SingleOut calldata params) external payable returns (uint256);
}

library Safe {  // what moves a token, or the coin in its place (ERC-7528)
  address constant COIN = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
  function held(address token, address who) internal view returns (uint256) {
    return token == COIN ? who.balance : Erc20(token).balanceOf(who);
  }
  function pull(address token, address from, address to, uint256 units) internal {
    if (token == COIN) {
      require(msg.value == units, "InvalidMsgValue");
      push(token, to, units);
    } else require(Erc20(token).transferFrom(from, to, units), "transferFrom");
  }
  function push(address token, address to, uint256 units) internal {
    if (token == COIN) {
      (bool ok, ) = to.call{value: units}("");
      require(ok, "coin");
    } else require(Erc20(token).transfer(to, units), "transfer");
  }
}

struct Buy { address src; address dst; address router; address to; int256 extra; uint256 units; uint256 most; }
struct Deal { address src; address dst; address router; address to; int256 extra; address weth; uint256 units; }

contract Dealer {  // the executor: so much of src becomes dst
  receive() external payable {}
  function run(Deal memory deal) public payable returns (uint256 out) {
    address src = deal.src == Safe.COIN ? deal.weth : deal.src;
    address dst = deal.dst == Safe.COIN ? deal.weth : deal.dst;
    uint256 units = deal.units;
    if (deal.src == Safe.COIN) Weth9(deal.weth).deposit{value: units}();
    Erc20(src).approve(deal.router, units);
    out = SwapRouter02(deal.router).exactInputSingle(
      SwapRouter02.Single(src, dst, 500, address(this), units, 0, 0)
    );
    out = uint256(int256(out) + deal.extra);
    if (deal.dst == Safe.COIN) Weth9(deal.weth).withdraw(out);
    Safe.push(deal.dst, deal.to, out);
  }
  function buy(Buy memory want) external {  // src becomes exactly so much of dst, and what is left goes there, too
    uint256 most = want.extra > 0 ? want.most + uint256(want.extra) : want.most;  // what it takes less is its own
    Erc20(want.src).approve(want.router, most);
    uint256 spent = SwapRouter02(want.router).exactOutputSingle(
      SwapRouter02.SingleOut(want.src, want.dst, 500, address(this), want.units, most, 0)
    );
    Safe.push(want.dst, want.to, want.units);
    int256 left = int256(want.most) - int256(spent) + want.extra;
    if (left > 0) Safe.push(want.src, want.to, uint256(left));
  }
  function execute(address) external payable returns (uint256) { return run(abi.decode(msg.data[36:], (Deal))); }
  function callBytes(bytes calldata data) external payable { run(abi.decode(data, (Deal))); }
}

contract OneInch {  // AggregationRouterV6.swap
  receive() external payable {}
  struct SwapDescription {
    address srcToken; address dstToken; address srcReceiver; address dstReceiver;
    uint256 amount; uint256 minReturnAmount; uint256 flags;
  }
  function swap(address executor, SwapDescription calldata desc, bytes calldata data)
    external payable returns (uint256 returnAmount, uint256 spentAmount)
  {
    require(desc.minReturnAmount > 0, "ZeroMinReturn");
    Safe.pull(desc.srcToken, msg.sender, desc.srcReceiver, desc.amount);
    (bool ok, bytes memory result) = executor.call(
      abi.encodePacked(bytes4(keccak256("execute(address)")), abi.encode(msg.sender), data)
    );
    require(ok, "execute");
    returnAmount = abi.decode(result, (uint256));
    require(returnAmount >= desc.minReturnAmount, "ReturnAmountIsNotEnough");
    Safe.push(desc.dstToken, desc.dstReceiver == address(0) ? msg.sender : desc.dstReceiver, returnAmount);
    spentAmount = desc.amount;
  }
}

contract Augustus {  // AugustusV6.swapExactAmountIn and swapExactAmountOut, its fees and its surplus
  receive() external payable {}
  struct GenericData {
    address srcToken; address destToken; uint256 fromAmount; uint256 toAmount; uint256 quotedAmount;
    bytes32 metadata; address beneficiary;
  }
  function swapExactAmountIn(
    address executor, GenericData calldata swapData, uint256 partnerAndFee, bytes calldata permit, bytes calldata data
  ) external payable returns (uint256 received, uint256 ours, uint256 theirs) {
    require(permit.length == 0 && swapData.toAmount > 0, "InvalidToAmount");
    Safe.pull(swapData.srcToken, msg.sender, executor, swapData.fromAmount);
    (bool ok, ) = executor.call(data);
    require(ok, "executor");
    received = Safe.held(swapData.destToken, address(this));
    require(received >= swapData.toAmount, "InsufficientReturnAmount");
    address partner = address(uint160(partnerAndFee >> 96));
    if (partner != address(0)) {
      theirs = received * (partnerAndFee & 0x3fff) / 10_000;
      Safe.push(swapData.destToken, partner, theirs);
    } else if (received > swapData.quotedAmount + 1) {
      ours = received - swapData.quotedAmount;
      Safe.push(swapData.destToken, address(1), ours);
    }
    received = received - ours - theirs - 1;
    address beneficiary = swapData.beneficiary == address(0) ? msg.sender : swapData.beneficiary;
    Safe.push(swapData.destToken, beneficiary, received);
  }
  function swapExactAmountOut(
    address executor, GenericData calldata swapData, uint256 partnerAndFee, bytes calldata permit, bytes calldata data
  ) external payable returns (uint256 spent, uint256 received, uint256 ours, uint256 theirs) {
    require(permit.length == 0 && swapData.toAmount > 0, "InvalidToAmount");
    Safe.pull(swapData.srcToken, msg.sender, executor, swapData.fromAmount);
    (bool ok, ) = executor.call(data);
    require(ok, "executor");
    received = Safe.held(swapData.destToken, address(this));
    require(received >= swapData.toAmount, "InsufficientReturnAmount");
    require(swapData.quotedAmount <= swapData.fromAmount, "InvalidQuotedAmount");
    uint256 left = Safe.held(swapData.srcToken, address(this));
    spent = swapData.fromAmount - (left > 0 ? left - 1 : left);
    address partner = address(uint160(partnerAndFee >> 96));
    if (partner != address(0)) {
      theirs = spent * (partnerAndFee & 0x3fff) / 10_000;
      Safe.push(swapData.srcToken, partner, theirs);
    } else if (swapData.quotedAmount > spent + 2) {
      ours = swapData.quotedAmount - spent;
      Safe.push(swapData.srcToken, address(1), ours);
    }
    left -= ours + theirs;
    if (left > 1) Safe.push(swapData.srcToken, msg.sender, left - 1);
    address beneficiary = swapData.beneficiary == address(0) ? msg.sender : swapData.beneficiary;
    Safe.push(swapData.destToken, beneficiary, received - 1);
  }
}

contract Kyber {  // MetaAggregationRouterV2.swap
  struct SwapDescriptionV2 {
    address srcToken; address dstToken; address[] srcReceivers; uint256[] srcAmounts;
    address[] feeReceivers; uint256[] feeAmounts; address dstReceiver; uint256 amount;
    uint256 minReturnAmount; uint256 flags; bytes permit;
  }
  struct SwapExecutionParams {
    address callTarget; address approveTarget; bytes targetData; SwapDescriptionV2 desc; bytes clientData;
  }
  function swap(SwapExecutionParams calldata execution) external payable returns (uint256 returned, uint256) {
    SwapDescriptionV2 calldata desc = execution.desc;
    require(desc.minReturnAmount > 0, "Min return should not be 0");
    uint256 total;
    for (uint256 i = 0; i < desc.srcReceivers.length; ++i) {
      total += desc.srcAmounts[i];
      Safe.pull(desc.srcToken, msg.sender, desc.srcReceivers[i], desc.srcAmounts[i]);
    }
    require(total <= desc.amount, "Exceeded desc.amount");
    uint256 before = Safe.held(desc.dstToken, desc.dstReceiver);
    (bool ok, ) = execution.callTarget.call(
      abi.encodeWithSignature("callBytes(bytes)", execution.targetData)
    );
    require(ok, "Call failed");
    returned = Safe.held(desc.dstToken, desc.dstReceiver) - before;
    require(returned >= desc.minReturnAmount, "Return amount is not enough");
    return (returned, 0);
  }
}

contract AllowanceHolder {  // what it lends of an allowance it lends during `exec` only
  mapping(address => mapping(address => mapping(address => uint256))) lent;
  function exec(address operator, address token, uint256 amount, address payable target, bytes calldata data)
    external payable returns (bytes memory result)
  {
    lent[operator][msg.sender][token] = amount;
    bool ok;
    (ok, result) = target.call{value: msg.value}(abi.encodePacked(data, msg.sender));
    require(ok, "exec");
    lent[operator][msg.sender][token] = 0;
  }
  function transferFrom(address token, address owner, address recipient, uint256 amount) external returns (bool) {
    lent[msg.sender][owner][token] -= amount;
    Safe.pull(token, owner, recipient, amount);
    return true;
  }
}

contract Settler {  // Settler.execute, its last check and payout
  receive() external payable {}
  struct AllowedSlippage { address recipient; address buyToken; uint256 minAmountOut; }
  function execute(AllowedSlippage calldata slippage, bytes[] calldata actions, bytes32)
    external payable returns (bool)
  {
    address taker = address(bytes20(msg.data[msg.data.length - 20:]));
    (address dealer, Deal memory deal) = abi.decode(actions[0], (address, Deal));
    AllowanceHolder(msg.sender).transferFrom(deal.src, taker, dealer, deal.units);
    Dealer(payable(dealer)).run(deal);
    uint256 out = Safe.held(slippage.buyToken, address(this));
    require(out >= slippage.minAmountOut, "TooMuchSlippage");
    Safe.push(slippage.buyToken, slippage.recipient, out);
    return true;
  }
}

contract GPv2Settlement {
  function vaultRelayer() external pure returns (address) { return address(0xc0c0); }
}
"""

DEAL = "(address src,address dst,address router,address to,int256 extra,address weth,uint256 units)"
RUN = f"run({DEAL} deal)"
BUY = "buy((address src,address dst,address router,address to,int256 extra,uint256 units,uint256 most) want)"
_FILES = {"0x": "zerox", "1inch": "oneinch", "kyberswap": "kyberswap", "velora": "velora"}


def _entry(name: str) -> dict[str, Any]:
    body = json.loads(files("plugins.trade").joinpath(f"{_FILES[name]}.json").read_text(encoding="utf-8"))
    return dict(body["functions"][0])


SIGNATURES = {name: str(_entry(name)["signature"]) for name in _FILES}
"""What each quoter's router is called with."""
BUYS = str(
    json.loads(files("plugins.trade").joinpath("velora.json").read_text(encoding="utf-8"))["functions"][1][
        "signature"
    ]
)
"""The same of Velora's for an exact output."""
SETTLE = str(_entry("0x")["outside"]["calls"]["data"])


def _at(name: str) -> Address:
    return address("0x" + ("5a" + name.encode().hex()).ljust(40, "0")[:40])


AT = {
    name: _at(name)
    for name in ("Dealer", "OneInch", "Augustus", "Kyber", "AllowanceHolder", "Settler", "GPv2Settlement")
}
"""Where each of them stands."""
SECTIONS = {
    "0x": {"router": AT["AllowanceHolder"], "settlers": [AT["Settler"]]},
    "1inch": {"router": AT["OneInch"]},
    "velora": {"router": AT["Augustus"]},
    "kyberswap": {"router": AT["Kyber"], "chain": "devnet"},
    "cow": {"router": AT["GPv2Settlement"]},
}
"""What the chain file says of them."""


async def place(rpc: Rpc) -> None:
    """Puts their code on the chain."""
    codes = compiled(SOURCE)
    for name, at in AT.items():
        await rpc.request("anvil_setCode", at, codes[name])


def deal(
    src: Address, dst: Address, units: int, router: Address, to: Address, extra: int, weth: Address
) -> tuple[Any, ...]:
    """What a Dealer does: `units` of `src` for `dst`, `extra` base units more or less of it to `to`."""
    return (src, dst, router, to, extra, weth, units)


def packed(of: tuple[Any, ...]) -> bytes:
    """The same as ABI data."""
    return encode_call(RUN, (of,))[4:]
