"""Contracts of the tests' own, compiled from source by devnet's compiler: what a hostile token would be."""

from __future__ import annotations

import functools
import json
from importlib import resources

from devnet import set_up
from devnet.artefacts import folder_of
from devnet.compile import run_solc
from devnet.lock import parse

HOSTILE_TOKENS = """
pragma solidity 0.8.19;

contract Plain {  // the storage of @aave/core-v3's MintableERC20, so that its code can be put in that one's place
  mapping(address => uint256) internal balances;
  mapping(address => mapping(address => uint256)) public allowance;
  uint256 public totalSupply;
  string public name;
  string public symbol;
  uint8 public decimals;
  event Transfer(address indexed from, address indexed to, uint256 value);
  event Approval(address indexed owner, address indexed spender, uint256 value);

  function balanceOf(address who) public view virtual returns (uint256) { return balances[who]; }
  function approve(address spender, uint256 units) public returns (bool) {
    allowance[msg.sender][spender] = units;
    emit Approval(msg.sender, spender, units);
    return true;
  }
  function transfer(address to, uint256 units) public returns (bool) { move(msg.sender, to, units); return true; }
  function transferFrom(address from, address to, uint256 units) public returns (bool) {
    allowance[from][msg.sender] -= units;
    move(from, to, units);
    return true;
  }
  function move(address from, address to, uint256 units) internal virtual {
    balances[from] -= units;
    balances[to] += units;
    emit Transfer(from, to, units);
  }
}

contract TakesAFee is Plain {  // and says in its event that all arrived
  function move(address from, address to, uint256 units) internal override {
    balances[from] -= units;
    balances[to] += units - units / 100;
    emit Transfer(from, to, units);
  }
}

contract CannotBeSold is Plain {  // whoever pays into a contract, unless a contract pays, is turned away
  function move(address from, address to, uint256 units) internal override {
    require(from.code.length > 0 || to.code.length == 0, "trading is closed");
    super.move(from, to, units);
  }
}

contract GrowsByItself is Plain {
  function balanceOf(address who) public view override returns (uint256) {
    return balances[who] + (who.code.length == 0 ? block.number % 1000 + 1 : 0);
  }
}
"""


def runtime_codes() -> dict[str, str]:
    """The runtime code of each contract of HOSTILE_TOKENS, 0x-text, by its name."""
    return compiled(HOSTILE_TOKENS)


@functools.cache
def compiled(source: str, kind: str = "deployedBytecode") -> dict[str, str]:
    """The runtime code of each contract of a source, 0x-text, by its name; `kind` "bytecode": what creates it."""
    lock = parse((resources.files("devnet") / "artefacts.lock").read_text())
    solc = folder_of(next(each for each in lock if each.name == "solc"))
    request = {
        "language": "Solidity",
        "sources": {"t.sol": {"content": source}},
        "settings": {"evmVersion": "paris", "outputSelection": {"*": {"*": [f"evm.{kind}.object"]}}},
    }
    set_up.setup()
    found = run_solc(solc / "soljson.js", json.dumps(request))["t.sol"]
    return {name: "0x" + each["evm"][kind]["object"] for name, each in found.items()}
